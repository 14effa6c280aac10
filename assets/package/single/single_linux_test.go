package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// packed returns a tar.gz of a program and a link to it, with further entries.
func packed(t *testing.T, more ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	a := tar.NewWriter(z)
	for _, h := range append([]tar.Header{
		{Name: "bin", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "bin/tool", Typeflag: tar.TypeReg, Mode: 0o755, Size: 5},
		{Name: "tool", Typeflag: tar.TypeSymlink, Linkname: "bin/tool"},
	}, more...) {
		if err := a.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := a.Write(bytes.Repeat([]byte("x"), int(h.Size))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(a.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// file returns a single file with that contents.
func file(t *testing.T, id string, payload []byte) []byte {
	t.Helper()
	out := append([]byte("program"), payload...)
	index, err := json.Marshal(bundle{ID: id, Files: map[string]int64{"bin/tool": 5}})
	if err != nil {
		t.Fatal(err)
	}
	start, end := uint64(len("program")), uint64(len(out))
	out = append(out, index...)
	out = binary.LittleEndian.AppendUint64(out, start)
	out = binary.LittleEndian.AppendUint64(out, end)
	return append(out, mark...)
}

func read(t *testing.T, data []byte) bundle {
	t.Helper()
	b, err := readBundle(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBadFilesAreRefused(t *testing.T) {
	good := file(t, "one", packed(t))
	offsets := bytes.Clone(good)
	binary.LittleEndian.PutUint64(offsets[len(good)-32:], uint64(len(good)))
	for name, data := range map[string][]byte{
		"empty":       nil,
		"short":       []byte(mark),
		"cut":         good[:len(good)-1],
		"offsets":     offsets,
		"no name":     file(t, "", packed(t)),
		"name leaves": file(t, "../one", packed(t)),
	} {
		if _, err := readBundle(bytes.NewReader(data), int64(len(data))); !errors.Is(err, errForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInstall(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "cache")
	data := file(t, "one", packed(t))
	var said bytes.Buffer
	dir, lock, err := install(read(t, data), cache, &said)
	if err != nil || dir != filepath.Join(cache, "one") || !strings.Contains(said.String(), "unpacking") {
		t.Fatalf("%s, %v, said %q", dir, err, &said)
	}
	got, err := os.ReadFile(filepath.Join(dir, "tool"))
	if err != nil || string(got) != "xxxxx" {
		t.Fatalf("through the link: %q, %v", got, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "bin/tool")); err != nil || info.Mode() != 0o755 {
		t.Errorf("the program has mode %v, %v", info.Mode(), err)
	}

	said.Reset()
	if _, second, err := install(read(t, data), cache, &said); err != nil || said.Len() > 0 {
		t.Errorf("the second start: %v, said %q", err, &said)
	} else {
		second.Close()
	}

	// Another version leaves one that is in use, and removes one that is not.
	later := read(t, file(t, "two", packed(t)))
	_, newLock, err := install(later, cache, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer newLock.Close()
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a version in use was removed: %v", err)
	}
	lock.Close()
	third, thirdLock, err := install(read(t, file(t, "three", packed(t))), cache, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer thirdLock.Close()
	entries, err := os.ReadDir(cache)
	if err != nil || len(entries) != 2 || entries[0].Name() != "three" || entries[1].Name() != "two" {
		t.Errorf("the cache of %s has %v, %v", third, entries, err)
	}
}

func TestDamagedInstallationIsMadeAgain(t *testing.T) {
	cache := t.TempDir()
	data := file(t, "one", packed(t))
	dir, lock, err := install(read(t, data), cache, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	tool := filepath.Join(dir, "bin/tool")
	if err := os.WriteFile(tool, []byte("xx"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, err := install(read(t, data), cache, io.Discard); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("while it is in use: %v", err)
	}
	lock.Close()
	if _, lock, err = install(read(t, data), cache, io.Discard); err != nil {
		t.Fatal(err)
	}
	lock.Close()
	if got, err := os.ReadFile(tool); err != nil || string(got) != "xxxxx" {
		t.Errorf("%q, %v", got, err)
	}
	if entries, _ := os.ReadDir(cache); len(entries) != 1 {
		t.Errorf("the cache has %v", entries)
	}
}

func TestBadArchivesLeaveNothing(t *testing.T) {
	whole := packed(t)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-5] ^= 1 // in the checksum
	for name, payload := range map[string][]byte{
		"cut":      whole[:len(whole)-9],
		"checksum": flipped,
		"no gzip":  []byte("nothing"),
		"leaves":   packed(t, tar.Header{Name: "../evil", Typeflag: tar.TypeReg, Mode: 0o644, Size: 1}),
		"link out": packed(t, tar.Header{Name: "out", Typeflag: tar.TypeSymlink, Linkname: "/"},
			tar.Header{Name: "out/evil-deltaedit", Typeflag: tar.TypeReg, Mode: 0o644, Size: 1}),
		"device": packed(t, tar.Header{Name: "device", Typeflag: tar.TypeChar}),
	} {
		cache := t.TempDir()
		if _, _, err := install(read(t, file(t, "one", payload)), cache, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
		if entries, err := os.ReadDir(cache); err != nil || len(entries) != 0 {
			t.Errorf("%s: left %v, %v", name, entries, err)
		}
	}
}

func TestLockIsInherited(t *testing.T) {
	lock, err := hold(t.TempDir(), syscall.LOCK_SH)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, lock.Fd(), syscall.F_GETFD, 0)
	if errno != 0 || flags&syscall.FD_CLOEXEC != 0 {
		t.Errorf("flags %d, %v", flags, errno)
	}
}
