#!/bin/sh
# The door: finds uv and the tool's own environment, then becomes the tool. All else is in tool/.
set -eu
link=$0
while [ -L "$link" ]; do  # called through a symbolic link
  to=$(readlink "$link")
  case $to in /*) link=$to ;; *) link=$(dirname "$link")/$to ;; esac
done
root=$(CDPATH='' cd -P "$(dirname "$link")" && pwd)
platform=$(uname -sm | tr 'A-Z ' 'a-z-')
# shellcheck source=/dev/null
[ ! -r /etc/os-release ] || platform=$platform-$(. /etc/os-release && printf '%s%s' "${ID:-}" "${VERSION_ID:-}")
if [ -n "${TORCH_STARTER_IMAGE:-}" ]; then platform=$platform-image  # one of ours, which brings the tool's environment along
elif [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -n "${KUBERNETES_SERVICE_HOST:-}${APPTAINER_CONTAINER:-}${SINGULARITY_CONTAINER:-}" ] ||
  { [ -r /run/systemd/container ] && [ "$(cat /run/systemd/container)" != wsl ]; }; then platform=$platform-container; fi
state=$root/.torch-starter/$platform; home=${TORCH_STARTER_IMAGE:-$state}; tool=$home/tool; mirror=$root/.torch-starter/mirror

stop() { printf 'stopped: %s\nwhat to do: %s\n' "$1" "$2" >&2; exit "${3:-4}"; }
value() { sed -n "/^\[$1\]/,/^\[/s/^[[:blank:]]*$2[[:blank:]]*=[[:blank:]]*[\"']\([^\"']*\)[\"'].*/\1/p" "$root/torch-starter.toml"; }  # of the spec
find_uv() {
  uv=$(command -v uv) || uv=$state/uv/bin/uv; if [ -x "$uv" ]; then return; fi
  version=${TORCH_STARTER_PYTHON_UV:-$(value python uv)}
  : "${version:=$(sed -n 's/^ *uv: Version = "\(.*\)"$/\1/p' "$root/tool/src/torch_starter/core/spec.py")}"  # where the spec says nothing
  printf 'Installing uv %s below .torch-starter/ ...\n' "$version" >&2
  if python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
    --target "$state/uv" "uv==$version" >&2 && [ -x "$uv" ]; then return; fi
  stop 'there is no uv on PATH, and python3 -m pip could not install it' 'install uv: https://docs.astral.sh/uv/  or: sudo apt install python3-pip'
}

try() { python=$("$1" -I -c 'import sys; print(sys._base_executable)' 2>/dev/null); }
find_python() {  # a CPython 3.12: on PATH (the first may be a shim that only prints an error), of pyenv, uv's own
  IFS=:; for folder in $PATH; do unset IFS; if try "$folder/python3.12"; then return; fi; done; unset IFS
  for program in "$state/python/bin/python3.12" "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.12.*/bin/python3.12; do if try "$program"; then return; fi; done
  if python=$("$uv" python find --system 3.12 2>/dev/null); then return; fi
  if "$uv" python install 3.12 >&2 && python=$("$uv" python find 3.12 2>/dev/null); then return; fi
  stop 'there is no CPython 3.12 on this machine, and uv could not download one' \
    'one of: sudo apt install python3.12 python3.12-venv | pyenv install 3.12 | uv python install 3.12'
}
install() {  # as uv is told to, else from the mirror of the spec: an address or a folder
  from=${UV_DEFAULT_INDEX:-${TORCH_STARTER_INSTALL_MIRROR:-$(value install mirror)}}
  case $from in [~]/*) from=${HOME:-}/${from#*/} ;; '' | /* | *:*) ;; *) from=$root/$from ;; esac; [ ! -d "$from/simple" ] || from=$from/simple
  ${from:+env "UV_DEFAULT_INDEX=$from"} "$uv" pip install --quiet --python "$new/bin/python" --compile-bytecode --require-hashes -r "$root/tool/lock.txt" "$@"
}
build_tool() {
  if ! mkdir -p "$home" 2>/dev/null || [ ! -w "$home" ]; then stop "$home cannot be written" 'clone into a folder that you own' 5; fi
  if [ "${1-} ${2-}" = 'cache import' ]; then python3 -I "$root/tool/bootstrap.py" "$state" "$mirror" "$@" || exit; fi
  find_uv; find_python
  new=$tool.$$; trap 'rm -rf "$new"' EXIT; trap 'exit 130' INT TERM
  if ! "$uv" venv --quiet --relocatable --python "$python" "$new" ||
    { ! { [ -d "$mirror/wheels" ] && install --offline --no-index --find-links "$mirror/wheels" 2>/dev/null; } && ! install; }; then
    stop "the tool's own packages could not be installed" 'see the message above; then run the same command again' 5
  fi
  for site in "$new"/lib/python3*/site-packages; do "$new/bin/python" -I -c 'import sys; print(f"import sys; sys.path.append({sys.argv[1]!a})")' "$root/tool/src" >"$site/torch_starter.pth"; done
  printf %s "$key" >"$new/key"
  if is_current; then rm -rf "$new"; else rm -rf "$tool"; mv "$new" "$tool"; fi; trap - EXIT INT TERM  # another may have built it meanwhile
}
is_current() { [ "$(cat "$tool/key" 2>/dev/null)" = "$key" ]; }
key="$root $(cat "$root/tool/lock.txt" "$root/tool/src/torch_starter/__init__.py")"
is_current || build_tool "$@"
TORCH_STARTER_ROOT=$root TORCH_STARTER_PLATFORM=$platform TORCH_STARTER_CALLED_AS=$0 exec "$tool/bin/python" -I -m torch_starter "$@"
