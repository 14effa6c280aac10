package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"deltaedit/engine/atomicfile"
	"deltaedit/engine/photo"
)

// target is the value of --out: a file that is written atomically, or a stream: "-" for
// standard output, a named pipe or a character device. The finished image is copied
// into a stream; the pipe or device itself is not replaced.
type target string

// check finds, before any work is done, the reasons why no image can be written to the
// target. in is the photo that is edited, or "" or "-" for a source that is not a file.
func (t target) check(in string, asJSON bool) error {
	switch ext := strings.ToLower(filepath.Ext(string(t))); {
	case t == "":
		return usagef("missing --out: name the PNG, JPEG or WebP file to write, or - for standard output")
	case slices.Contains([]string{".gif", ".bmp", ".tif", ".tiff"}, ext):
		return usagef("--out is %s, but a PNG, JPEG or WebP is written: let the name end in .png, .jpg or .webp", string(t))
	case asJSON && t.isStdout():
		return usagef("--json and --out %s both want standard output: name a file, or leave --json out", string(t))
	case t.isStdout():
		return checkTemporary()
	}
	if in == "-" {
		in = ""
	}
	err := photo.CheckTarget(string(t), in)
	var special *atomicfile.SpecialError
	switch {
	case errors.Is(err, photo.ErrWouldOverwriteSource):
		return usagef("--out: %w", photo.ErrWouldOverwriteSource)
	case errors.As(err, &special) && t.isStream():
		return checkTemporary()
	case err != nil:
		return err
	}
	return t.checkName()
}

// checkName checks that a file with the target's name can be created in its folder.
func (t target) checkName() error {
	name, dir := filepath.Base(string(t)), filepath.Dir(string(t))
	_, err := os.Lstat(string(t))
	switch {
	case errors.Is(err, syscall.ENAMETOOLONG):
		return fmt.Errorf("the name %s… is too long for a file, with %d bytes: choose a shorter one (%w)", string([]rune(name)[:min(20, len([]rune(name)))]), len(name), syscall.ENAMETOOLONG)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: %w", name, err)
	}
	// A file with this kind of name is removed by a later export if the program is
	// killed here.
	f, err := os.CreateTemp(dir, ".deltaedit-export-check-*"+atomicfile.Suffix)
	if err == nil {
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
	return fmt.Errorf("write %s: %w", name, photo.ExplainWrite(err, dir))
}

// isStdout reports whether the target is standard output.
func (t target) isStdout() bool {
	return t == "-" || filepath.Clean(string(t)) == "/dev/stdout"
}

// isStream reports whether the image is copied to something that is already open or
// must not be replaced.
func (t target) isStream() bool {
	if t.isStdout() {
		return true
	}
	info, err := os.Stat(string(t))
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0
}

// String returns the target's name for messages.
func (t target) String() string {
	if t.isStdout() {
		return "standard output"
	}
	return string(t)
}

// writeTo calls write to create the image file. For a stream that is a temporary file,
// which is copied to the stream when it is complete.
func (p *Program) writeTo(ctx context.Context, t target, write func(path string) error) error {
	if !t.isStream() {
		return write(string(t))
	}
	dir, err := temporaryFolder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "picture"+filepath.Ext(string(t))) // the format goes by the ending
	if err := write(path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// The file is removed at once, since the program ends when nobody reads its
	// standard output any more. Systems that cannot remove open files do it at the end.
	_ = os.RemoveAll(dir)
	if err := p.stream(ctx, f, t); err != nil {
		return fmt.Errorf("write to %s: %w", t, err)
	}
	return nil
}

// temporaryFolder makes a folder for the image that is copied to a stream.
func temporaryFolder() (string, error) {
	dir, err := os.MkdirTemp("", "deltaedit-out-")
	if err != nil {
		return "", fmt.Errorf("no temporary file can be made for the picture: set TMPDIR to a folder that can be written to (%w)", err)
	}
	return dir, nil
}

// checkTemporary checks that an image can be copied to a stream.
func checkTemporary() error {
	dir, err := temporaryFolder()
	if err != nil {
		return err
	}
	return os.Remove(dir)
}

// stream copies an image to the target. It waits for the reader of a named pipe until
// ctx ends.
func (p *Program) stream(ctx context.Context, from io.Reader, t target) error {
	done := make(chan error, 1)
	go func() {
		w, err := atomicfile.Stream(string(t), p.Stdout)
		switch {
		case err != nil:
		case w == nil:
			err = errors.New("the pipe was removed meanwhile")
		default:
			_, err = io.Copy(w, from)
			err = errors.Join(err, w.Close())
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
