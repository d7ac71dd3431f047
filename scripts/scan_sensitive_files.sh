#!/usr/bin/env bash
# Looks for keys, tokens and passwords with bash, git and grep alone; never prints a value.
#
#   scripts/scan_sensitive_files.sh              the files that git tracks or would track
#   scripts/scan_sensitive_files.sh --staged     what the next commit takes in, as it is staged
#   scripts/scan_sensitive_files.sh --history    every line that any commit ever added
#
# Exit code 0: nothing found; 1: found; 2: could not look. The kinds are those of `holdfast secrets` that a regular
# expression can tell; random values that only their names give away are left to that command, and so is judgement.
set -euo pipefail
export LC_ALL=C GIT_OPTIONAL_LOCKS=0
unset GIT_DIR GIT_WORK_TREE GIT_PREFIX GREP_OPTIONS

die() {
  printf 'scan_sensitive_files: %s\n' "$1" >&2
  exit 2
}

mode=files
case "${1-}" in
  '') ;;
  --staged) mode=staged ;;
  --history) mode=history ;;
  -h | --help)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  *) die "unknown option; there are --staged and --history" ;;
esac
[ $# -le 1 ] || die "one option at most"
top=$(git rev-parse --show-toplevel 2> /dev/null) || die "this is no git repository"
cd "$top" || die "cannot enter the repository"
git=(git --no-replace-objects --literal-pathspecs -c core.fsmonitor=false -c core.quotePath=true)

# kind, then what it looks like as an extended regular expression. B is what may not stand before it.
B='(^|[^A-Za-z0-9_])'
# shellcheck disable=SC2016 # nothing in them is to be expanded
kinds=(
  private-key '-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----([[:space:]]*$|\\+n"?$|\\+n[A-Za-z0-9+/]{16})'
  putty-private-key '(^|\+)PuTTY-User-Key-File-[23]: '
  age-secret-key 'AGE-SECRET-KEY-1[0-9A-Z]{58}'
  github-token "${B}gh[oprsu]_[A-Za-z0-9]{30}"
  github-fine-grained-token "${B}github_pat_[A-Za-z0-9_]{22}"
  gitlab-token "${B}gl(pat|dt|rt|ptt|soat|ft|oas)-[A-Za-z0-9_-]{20}"
  anthropic-key "${B}sk-ant-[A-Za-z0-9_-]{20}"
  llm-api-key "${B}sk-(proj-|svcacct-|or-v1-)?[A-Za-z0-9]*[0-9][A-Za-z0-9]{19}"
  groq-key "${B}gsk_[A-Za-z0-9]{40}"
  stripe-key "${B}[rs]k_(live|test)_[A-Za-z0-9]{16}"
  stripe-webhook-secret "${B}whsec_[A-Za-z0-9+/=]{24}"
  slack-token "${B}xox[abeoprs]-[0-9A-Za-z-]{10}"
  slack-app-token "${B}xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]{20}"
  slack-webhook 'hooks\.slack\.com/(services|workflows)/[A-Za-z0-9_]+/[A-Za-z0-9_]+/[A-Za-z0-9_]+'
  aws-access-key "${B}(AKIA|ASIA)[A-Z0-9]{16}([^A-Za-z0-9_]|$)"
  aws-secret-key '([Aa][Ww][Ss]|secret_?access_?key|SECRET_ACCESS_KEY)[^=:]{0,40}[=:,] {0,8}["'\'']?[A-Za-z0-9/+]{40}([^A-Za-z0-9/+=]|$)'
  google-api-key "${B}AIza[A-Za-z0-9_-]{35}"
  google-oauth-secret "${B}GOCSPX-[A-Za-z0-9_-]{28}"
  npm-token "${B}npm_[A-Za-z0-9]{36}"
  npm-auth-token '_authToken *= *["'\'']?[^ "'\''$]{16}'
  pypi-token "${B}pypi-AgE[A-Za-z0-9_-]{50}"
  rubygems-key "${B}rubygems_[a-f0-9]{48}"
  hugging-face-token "${B}hf_[A-Za-z0-9]{30}"
  twilio-key "${B}SK[0-9a-f]{32}([^A-Za-z0-9_]|$)"
  twilio-auth-token '[Tt][Ww][Ii][Ll][Ii][Oo][^=:]{0,30}[=:,] {0,8}["'\'']?[0-9a-f]{32}([^A-Za-z0-9_]|$)'
  sendgrid-key "${B}SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"
  mailgun-key "(^|[^A-Za-z0-9_-])key-[0-9a-f]{32}([^A-Za-z0-9_]|$)"
  mailchimp-key "(^|[^A-Za-z0-9_-])[0-9a-f]{32}-us[0-9]{1,2}([^A-Za-z0-9_]|$)"
  azure-storage-key 'AccountKey=[A-Za-z0-9+/]{86}=='
  discord-token '(^|[^A-Za-z0-9_.-])(M[Tjz]|N[DTjz]|O[DT])[A-Za-z0-9_-]{22,24}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}([^A-Za-z0-9_.-]|$)'
  discord-webhook 'discord(app)?\.com/api/webhooks/[0-9]{15,}/[A-Za-z0-9_-]{40}'
  telegram-bot-token '(^|[^A-Za-z0-9_:])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}([^A-Za-z0-9_-]|$)'
  digitalocean-token "${B}do[opr]_v1_[a-f0-9]{64}"
  databricks-token "${B}dapi[a-f0-9]{32}(-[0-9])?([^A-Za-z0-9_]|$)"
  shopify-token "${B}shp(at|ss|ca|pa)_[a-fA-F0-9]{32}"
  square-token "${B}(sq0(csp|atp)-[A-Za-z0-9_-]{22}|EAAA[A-Za-z0-9_-]{60})"
  docker-token "${B}dckr_pat_[A-Za-z0-9_-]{20}"
  grafana-token "${B}(glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}|glc_[A-Za-z0-9+/]{32})"
  vault-token "${B}hv[sb]\.[A-Za-z0-9_-]{24}"
  terraform-token "${B}[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60}"
  atlassian-token "${B}ATATT3[A-Za-z0-9_=-]{50}"
  linear-key "${B}lin_api_[A-Za-z0-9]{40}"
  new-relic-key "${B}NRAK-[A-Z0-9]{27}"
  postman-key "${B}PMAK-[a-f0-9]{24}-[a-f0-9]{34}"
  sentry-token "${B}sntry[su]_[A-Za-z0-9_+/=]{40}"
  supabase-token "${B}sbp_[a-f0-9]{40}"
  jwt "${B}eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16}"
  url-password '[A-Za-z][A-Za-z0-9+.-]*://[^/[:space:]:@"'\'']+:[^]/[:space:]"'\''@${}<>*%()]{8,}@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+'
)
# Words and runs that stand-ins are made of: such a line is not a find.
stand_in='[Ee][Xx][Aa][Mm][Pp][Ll][Ee]|[Dd][Uu][Mm][Mm][Yy]|[Pp]lace[-_]?holder|REDACTED|redacted|[Cc][Hh][Aa][Nn][Gg][Ee][-_]?[Mm][Ee]'
stand_in="$stand_in|[Yy][Oo][Uu][Rr]|[Ff][Aa][Kk][Ee]|[Xx]{6}|\*{3}|\.{3}|0{6}|[Aa][Bb][Cc][Dd][Ee][Ff]|123456|:(password|passw|secret)|hunter2|@[^/]*\.(invalid|test|local)"
allowed='(#|//|/\*|--|<!--|;|"|%)[ 	]*pragma: ?(allow|white)list[ -]secret'
next_allowed='^[ 	]*(#|//|/\*|--|<!--|;)[ 	]*pragma: ?allowlist[ -]nextline[ -]secret'
named='(^|/)(\.env(\.(local|prod|production|staging|live))?|id_(rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.pypirc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg|\.s3cfg)$|\.(p12|pfx|jks|jceks|bks|keystore|kdbx|ppk)$'

any=
for ((at = 1; at < ${#kinds[@]}; at += 2)); do any="$any${any:+|}${kinds[at]}"; done
found=0

tell() { # kind, place
  local shown=$2
  [[ $shown =~ $any ]] && shown='(a name that holds a secret)'
  printf '%s: %s\n' "${shown//[^[:print:]]/?}" "$1"
  found=1
}

judge() { # the text of a line, its place, and where it can be read, its file and number
  local at match
  [[ $1 =~ $allowed ]] && return 0
  for ((at = 0; at < ${#kinds[@]}; at += 2)); do
    if [[ $1 =~ ${kinds[at + 1]} ]]; then
      match=${BASH_REMATCH[0]}
      if [[ ! $match =~ $stand_in ]] && has_body "${kinds[at]}" "$1" "${@:3}"; then tell "${kinds[at]}" "$2"; fi
      return 0
    fi
  done
}

has_body() { # kind, text, and maybe file and number: whether a key follows its first line, and not talk of one
  local line
  [[ $1 = private-key && $2 =~ -----[[:space:]]*$ && $# -gt 3 ]] || return 0
  while IFS= read -r line; do
    if [[ $line =~ ^[^A-Za-z0-9+/]*[A-Za-z0-9+/]{40} ]]; then return 0; fi
  done < <(content "$3" | sed -n "$(($4 + 1)),$(($4 + 6))p")
  return 1
}

content() { # a file as the mode sees it
  if [ "$mode" = staged ]; then "${git[@]}" show ":$1"; else cat < "$1"; fi
}

judge_name() { # a path
  if [[ $1 =~ $any ]]; then tell 'the name holds a secret' "$1"; fi
  if [[ $1 =~ $named ]] && { [ "$mode" = history ] || is_held "$1"; }; then
    tell 'a file that is made to hold secrets' "$1"
  fi
}

is_held() { # a path: whether its content is what its name says
  case $1 in
    *.p12 | *.pfx | *.jks | *.jceks | *.bks | *.keystore | *.kdbx) ! content "$1" | grep -qI . ;;
    *.netrc | *_netrc | *.pypirc | *.s3cfg) content "$1" | grep -qE '(password|secret_key)[ =:]+[A-Za-z0-9]' ;;
    *.ppk | *id_rsa | *id_dsa | *id_ecdsa | *id_ed25519) ! content "$1" | grep -qE 'PRIVATE KEY-----|^PuTTY|^ssh-' ;;
  esac
}

# `git grep -z` ends names and numbers with a null character, and lines with a newline.
lines_of() { # arguments of git grep
  local file number text previous='' last=0 lastfile=''
  while IFS= read -r -d '' file && IFS= read -r -d '' number && IFS= read -r text; do
    if [[ $text =~ $next_allowed ]]; then
      previous=allowed
    else
      [[ $previous = allowed && $file = "$lastfile" && $number -eq $((last + 1)) ]] || judge "$text" "$file:$number" "$file" "$number"
      previous=
    fi
    last=$number lastfile=$file
  done < <("${git[@]}" grep -zInE -e "$any" -e "$next_allowed" "$@" || [ $? -eq 1 ] || kill -USR1 $$)
}

# What each commit adds, without the lines around it. A line's number is that of its place in the new file.
history() {
  local line at text commit='' file='' inside=0 start=0 first=0 removed=0 marked=0 number
  while IFS= read -r line; do
    at=${line%%:*} text=${line#*:}
    if [[ $text =~ ^commit\ ([0-9a-f]{12}) ]]; then
      commit=${BASH_REMATCH[1]} inside=0
    elif [[ $text = 'diff '* ]]; then
      inside=0
    elif [[ $inside = 0 && $text = '+++ '* ]]; then
      file=${text#+++ } file=${file#b/}
    elif [[ $text =~ ^@@+\ -[0-9]+(,([0-9]+))?\ .*\+([0-9]+)(,[0-9]+)?\ @@ ]]; then
      inside=1 start=$at removed=${BASH_REMATCH[2]:-1} first=${BASH_REMATCH[3]}
    elif [ "$inside" = 1 ]; then
      number=$((first + at - start - 1 - removed))
      if [[ ${text#+} =~ $next_allowed ]]; then
        marked=$at
        continue
      fi
      [ "$at" -eq $((marked + 1)) ] || judge "${text#+}" "$file:$((number > first ? number : first)) (commit $commit)"
    fi
  done < <("${git[@]}" log --all --root --cc -p -U0 --no-color --no-ext-diff --no-textconv --no-renames \
    --format='commit %H' | grep -anE '^(commit [0-9a-f]{40}|diff |@@| *\+)' \
    | grep -aE -e '^[0-9]+:(commit [0-9a-f]{40}|diff |\+\+\+ |@@)' -e "$any" -e 'nextline[ -]secret')
}
trap 'die "git grep failed"' USR1

case $mode in
  files)
    while IFS= read -r -d '' name; do
      if [ -f "$name" ] && [ -s "$name" ]; then judge_name "$name"; fi
    done < <("${git[@]}" ls-files -z --cached --others --exclude-standard | sort -zu)
    lines_of --untracked --
    ;;
  staged)
    names=()
    while IFS= read -r -d '' name; do
      judge_name "$name"
      names+=("$name")
    done < <("${git[@]}" diff --cached --name-only -z --no-renames --diff-filter=ACMRT)
    for ((at = 0; at < ${#names[@]}; at += 500)); do lines_of --cached -- "${names[@]:at:500}"; done
    ;;
  history)
    while IFS= read -r -d '' name; do judge_name "$name"; done \
      < <("${git[@]}" log --all --root -m --format= --name-only -z --no-renames --diff-filter=A | sort -zu)
    history
    ;;
esac
exit "$found"
