#!/bin/sh
# Installs DeltaEdit Studio from the folder of this script, or removes it:
#
#   ./install.sh [--prefix DIR]              by default ~/.local, as root /usr/local
#   ./install.sh --uninstall [--prefix DIR]
#
# DESTDIR goes before every path, for those who build packages of their own.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
action=install
if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
while [ $# -gt 0 ]; do
	case $1 in
	--uninstall) action=uninstall ;;
	--prefix) prefix=${2:?--prefix needs a folder}; shift ;;
	--prefix=*) prefix=${1#--prefix=} ;;
	*) echo "usage: $0 [--uninstall] [--prefix DIR]" >&2; exit 2 ;;
	esac
	shift
done
case $prefix in
/*) ;;
*) echo "$0: --prefix is $prefix: want a path that begins with /" >&2; exit 2 ;;
esac
prefix=${prefix%/}
root=${DESTDIR:-}$prefix
id=app.deltaedit.studio
files="bin/deltaedit
share/applications/$id.desktop
share/metainfo/$id.metainfo.xml
share/man/man1/deltaedit.1
share/icons/hicolor/scalable/apps/$id.svg
share/icons/hicolor/512x512/apps/$id.png"

# folder makes a folder and those above it, and notes which were not there: only they go
# again.
folder() {
	if [ ! -d "$1" ]; then
		folder "$(dirname "$1")"
		mkdir "$1"
		made="$1
$made"
	fi
}

# remove takes away everything that was installed.
remove() {
	made=$(cat "$root/lib/deltaedit/folders" 2>/dev/null || :)
	rm -rf "$root/lib/deltaedit"
	echo "$files" | while read -r file; do
		rm -f "$root/$file"
	done
	echo "$made" | while read -r dir; do
		[ -z "$dir" ] || rmdir "${DESTDIR:-}$dir" 2>/dev/null || :
	done
}

# refresh brings the desktop's caches up to date, where it has any.
refresh() {
	[ -z "${DESTDIR:-}" ] || return 0
	if [ -f "$prefix/share/applications/mimeinfo.cache" ] && command -v update-desktop-database >/dev/null; then
		update-desktop-database -q "$prefix/share/applications" || :
	fi
	if [ -f "$prefix/share/icons/hicolor/icon-theme.cache" ] && command -v gtk-update-icon-cache >/dev/null; then
		gtk-update-icon-cache -qf "$prefix/share/icons/hicolor" || :
	fi
}

if [ $action = uninstall ]; then
	remove
	refresh
	echo "removed DeltaEdit Studio from $prefix; what you made and your settings stay"
	exit
fi
if [ ! -f "$here/lib/deltaedit/deltaedit" ]; then
	echo "$0: $here/lib/deltaedit is missing: run this from the unpacked archive" >&2
	exit 1
fi
# An earlier version goes when the new one is there whole.
made=$(cat "$root/lib/deltaedit/folders" 2>/dev/null || :)
folder "$root/lib"
new=$root/lib/.deltaedit.new
rm -rf "$new"
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
cp -R "$here/lib/deltaedit" "$new"
for file in $files; do
	folder "$(dirname "$root/$file")"
done
echo "$made" | sed "s|^${DESTDIR:-}||" >"$new/folders"
rm -rf "$root/lib/deltaedit"
mv "$new" "$root/lib/deltaedit"
for file in $files; do
	rm -f "$root/$file"
	cp -P "$here/$file" "$root/$file"
done
# Menus do not always look where the shell does.
sed -i "s|^Exec=deltaedit |Exec=\"$prefix/bin/deltaedit\" |; s|^TryExec=.*|TryExec=$prefix/bin/deltaedit|" \
	"$root/share/applications/$id.desktop"
refresh
echo "installed DeltaEdit Studio in $prefix"
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) echo "note: $prefix/bin is not in your PATH; the menu finds the program all the same" ;;
esac
