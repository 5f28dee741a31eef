# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of v4l2q for bash. The options come from --help, so there is no second list to maintain.
# shellcheck shell=bash
_v4l2q()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$words help --help --version" -- "$word")
		return
	fi
	case $before in
	help) words=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p') ;;
	-d | --device | --codec-device | --convert-device) words="sim $(compgen -G '/dev/video*') $(compgen -G '/dev/v4l/by-id/*')" ;;
	--io | --from-io) words="auto mmap userptr dmabuf dmabuf-import rw" ;;
	--import-from) words="udmabuf heap $(compgen -G '/dev/video*')" ;;
	--direction) words="auto capture output" ;;
	--on-disconnect) words="exit wait" ;;
	--min-buffers) words="auto" ;;
	--pipeline) words="auto none" ;;
	--direct) words="auto on off" ;;
	--log-format) words="plain iso journal" ;;
	--on-write-error) words="exit next" ;;
	--bad-frames) words="drop keep fail" ;;
	--standard) words="auto PAL NTSC SECAM" ;;
	--dv-timings) words="auto" ;;
	--want) words="fps size quality" ;;
	--edid) words="$(compgen -f -- "$word") hdmi-720p60 hdmi-1080p30 hdmi-1080p60 hdmi-2160p30" ;;
	--rotate) words="auto none 90 180 270" ;;
	--fit) words="scale letterbox crop none" ;;
	*)
		[[ $word == -* ]] || return # a file name, completed by "-o default"
		words=$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2>/dev/null | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+')
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _v4l2q v4l2q
