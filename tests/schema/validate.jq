# SPDX-License-Identifier: LGPL-2.1-or-later
# Where a report differs from a JSON schema, a line each.
#
#     jq -r --slurpfile schema SCHEMA.json -f validate.jq REPORT.json
#
# It knows the words that our schemas use; another word is an error, as it would go unheeded.
def known: ["$schema", "$defs", "$ref", "title", "type", "const", "enum", "minimum", "required", "properties",
	"additionalProperties", "items", "anyOf"];

def is_of($kind): if $kind == "integer" then type == "number" and . == floor else type == $kind end;

def breaches($rule; $where):
	def at($text): "\($where): \($text)";
	def members:
		. as $value | ($rule.required // [])[] | select(. as $key | $value | has($key) | not) | at("lacks \(.)");
	def member($key):
		if $rule.properties | has($key)? then breaches($rule.properties[$key]; "\($where).\($key)")
		elif $rule.additionalProperties == false then at("has \($key)")
		elif ($rule.additionalProperties | type) == "object" then
			breaches($rule.additionalProperties; "\($where).\($key)")
		else empty end;
	. as $value
	| (($rule | keys) - known | if . == [] then empty else error("the schema says \(.)") end),
	  if $rule["$ref"] then breaches($schema[0]["$defs"][$rule["$ref"] | ltrimstr("#/$defs/")]; $where) else empty end,
	  if $rule.type and (is_of($rule.type) | not) then at("is no \($rule.type)")
	  elif $rule | has("const") and .const != $value then at("is not \($rule.const)")
	  elif $rule.enum and ($rule.enum | index([$value]) | not) then at("is none of \($rule.enum)")
	  elif $rule.minimum and $value < $rule.minimum then at("is below \($rule.minimum)")
	  else
		if type == "object" then members, (keys[] as $key | .[$key] | member($key)) else empty end,
		if type == "array" and $rule.items then
			range(length) as $i | .[$i] | breaches($rule.items; "\($where)[\($i)]")
		else empty end
	  end,
	  if $rule.anyOf then
		[$rule.anyOf[] as $one | $value | [breaches($one; $where)]]
		| if any(.[]; . == []) then empty else min_by(length)[] end
	  else empty end;

breaches($schema[0]; "report")
