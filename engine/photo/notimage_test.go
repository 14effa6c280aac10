package photo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Files that browsers and file managers leave in place of a photo are named, with what to do.
func TestFilesThatAreNoImages(t *testing.T) {
	const plist = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "p.dtd"><plist version="1.0"><dict>`
	for name, c := range map[string]struct{ data, kind string }{
		"Windows link to a page":    {"[InternetShortcut]\r\nURL=https://example.com/a.jpg\r\n", kindShortcut},
		"the same, in UTF-8":        {"\ufeff[InternetShortcut]\r\nURL=https://example.com/a.jpg\r\n", kindShortcut},
		"Linux link":                {"[Desktop Entry]\nType=Link\nURL=https://example.com/a.jpg\n", kindShortcut},
		"macOS link":                {plist + `<key>URL</key><string>https://example.com</string></dict></plist>`, kindShortcut},
		"macOS link, binary":        {"bplist00\xd1\x01\x02SURL_\x10\x13https://example.com", kindShortcut},
		"Windows link to a file":    {"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00", kindShortcut},
		"page":                      {"<!DOCTYPE html>\n<html><img src=a.jpg></html>", kindWebPage},
		"page with a drawing in it": {"\n <html><body><svg xmlns=\"http://www.w3.org/2000/svg\"/></body></html>", kindWebPage},
		"page in XML":               {`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`, kindWebPage},
		"ZIP":                       {"PK\x03\x04\x14\x00\x00\x00", kindArchive},
		"7z":                        {"7z\xbc\xaf\x27\x1c\x00\x04", kindArchive},
		"gzip":                      {"\x1f\x8b\x08\x00\x00\x00\x00\x00", kindArchive},
		"sound":                     {"RIFF\x24\x00\x00\x00WAVEfmt ", kindSound},
		"Git LFS":                   {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", kindLFS},
		"AppleDouble":               {"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ", kindCompanion},
		"zeros":                     {strings.Repeat("\x00", 5000), kindZeros},
		"text":                      {"https://example.com/a.jpg\n", ""},
		"settings of macOS":         {plist + `<key>Name</key><string>a</string></dict></plist>`, ""},
		"JSON":                      {`{"error":"not found"}`, ""},
	} {
		_, err := DecodeBytes([]byte(c.data), "a.jpg")
		if !errors.Is(err, ErrNotImage) {
			t.Errorf("%s: got %v, want ErrNotImage", name, err)
			continue
		}
		_, kind, _ := strings.Cut(strings.TrimSuffix(err.Error(), ")"), "(this is ")
		if kind != c.kind {
			t.Errorf("%s: taken for %q, want %q", name, kind, c.kind)
		}
	}
	// A drawing that is no page, and films, stay what they were.
	for data, kind := range map[string]string{
		`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`: "an SVG drawing",
		"RIFF\x24\x00\x00\x00AVI LIST":                                   "a video",
		"\x1a\x45\xdf\xa3\x01\x00\x00\x00":                               "a video",
	} {
		if _, err := DecodeBytes([]byte(data), "a"); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "(this is "+kind+")") {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

// What cannot be opened is named, with what to do.
func TestOpenNamesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir+" is a folder, not a file: open a photo in it") {
		t.Errorf("a folder: %v", err)
	}
	dead := filepath.Join(dir, "dead.jpg")
	if err := os.Symlink(filepath.Join(dir, "gone.jpg"), dead); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dead); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "dead.jpg is a link to a file that does not exist") {
		t.Errorf("a dead link: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none.jpg")); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "link") {
		t.Errorf("no file: %v", err)
	}
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		return // everything can be read
	}
	secret := filepath.Join(dir, "secret.jpg")
	if err := os.WriteFile(secret, encoded(t, blocks(), "jpeg"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(secret); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "you may not read secret.jpg: change its permissions") {
		t.Errorf("an unreadable file: %v", err)
	}
}

// What a browser hands over in place of a picture is told, and a file whose name looks
// like it opens.
func TestLinksAreTold(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"https://example.com/face.jpg", "HTTP://example.com", "data:image/png;base64,iVBORw0KGgo=" + strings.Repeat("A", 5000), "ftp://example.com/a"} {
		_, err := Open(name)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "is a link and not a file") || len(err.Error()) > 300 {
			t.Errorf("%.40s: %v", name, err)
		}
		if _, err := StatedSize(name); err == nil || !strings.Contains(err.Error(), "is a link") {
			t.Errorf("size of %.40s: %v", name, err)
		}
	}
	if _, err := Open("/home/erika/https:/example.com/a.jpg"); err == nil || strings.Contains(err.Error(), "erika") {
		t.Errorf("a link behind a folder: %v", err)
	}
	for name, link := range map[string]bool{"a.jpg": false, "/tmp/a:b.jpg": false, `C:\photos\a.jpg`: false, "": false, "a b://c": false, "s3://bucket/a": true, "/home/erika/https:/example.com/a.jpg": true} {
		if IsLink(name) != link {
			t.Errorf("%q: link %t", name, !link)
		}
	}
	if err := os.WriteFile("time:12.png", encoded(t, sample(4, 4), "png"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("time:12.png"); err != nil {
		t.Error(err)
	}
}

// Other formats of images are named, also Targa, which has no magic number.
func TestOtherFormatsAreNamed(t *testing.T) {
	targa := "\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x08\x00\x18\x00" + strings.Repeat("abc", 128)
	palette := "\x00\x01\x01\x00\x00\x00\x01\x18\x00\x00\x00\x00\x10\x00\x08\x00\x08\x00"
	cursor := "\x00\x00\x02\x00\x01\x00\x20\x20\x00\x00\x00\x00\x30\x01\x00\x00\x16\x00\x00\x00"
	for data, want := range map[string]string{
		targa: "Targa", palette: "Targa", cursor: "an icon", "P6\n4 4\n255\n": "PNM", "P5 4 4 255 ": "PNM", "\x0a\x05\x01\x08": "PCX", "qoif\x00": "QOI",
		"DDS |\x00": "DDS", "%!PS-Adobe-3.0": "PostScript", strings.Repeat("\x00", 127) + "\x01DICM": "DICOM",
	} {
		if _, err := DecodeBytes([]byte(data), "x"); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %s", data, err, want)
		}
	}
	for _, data := range []string{"P6", "P9\n", "PNG", "\x00\x00\x02", strings.Repeat("\x00", 40)} {
		if _, err := DecodeBytes([]byte(data), "x"); !errors.Is(err, ErrNotImage) {
			t.Errorf("%q: %v", data, err)
		}
	}
}
