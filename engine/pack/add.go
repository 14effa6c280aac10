package pack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"deltaedit/engine/filelock"
)

// ErrExists is wrapped when the user's folder already has a pack of that name.
var ErrExists = errors.New("a pack of that name is there already")

// ErrAdding is wrapped when another process is adding packs.
var ErrAdding = errors.New("packs are being added by another process: try again when it is done")

// lockName is the file in the user's folder that Add locks while it runs. Like
// everything that a killed Add leaves behind, its name starts with a dot, so it is not
// a valid pack name.
const lockName = ".adding.lock"

// Add copies the pack in dir, that is the manifest and the files it lists, into the
// user's folder, where Find looks for packs. The copy is verified, hashes included. Add
// copies the whole pack or nothing, and never replaces a pack. It removes the temporary
// folders of an Add that was killed. It returns the new folder. progress is as for
// Verify.
func Add(ctx context.Context, dir string, progress func(done, total int64)) (string, error) {
	src, err := Open(dir)
	if err != nil {
		return "", err
	}
	root, err := UserDir()
	if err != nil {
		return "", err
	}
	target := filepath.Join(root, src.Name())
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	lock, err := filelock.Acquire(filepath.Join(root, lockName), filelock.Dying)
	if errors.Is(err, filelock.ErrHeld) {
		err = ErrAdding
	}
	if err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	defer lock.Release()
	if _, err := os.Lstat(target); err == nil {
		return "", fmt.Errorf("%w: %s; remove it first", ErrExists, target)
	}
	if err := removeHalves(root); err != nil {
		return "", fmt.Errorf("add pack: remove what an earlier one left: %w", err)
	}
	tmp, err := os.MkdirTemp(root, halfPrefix)
	if err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	defer os.RemoveAll(tmp)
	for _, rel := range append(sortedKeys(src.manifest.Files), ManifestName) {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := copyFile(filepath.Join(tmp, filepath.FromSlash(rel)), src.join(rel)); err != nil {
			return "", fmt.Errorf("add pack: %w", err)
		}
	}
	// Verify the copy, not the source: the source may change during the copy.
	dst, err := Open(tmp)
	if err != nil {
		return "", err
	}
	if err := dst.Verify(ctx, progress); err != nil {
		return "", err
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	if err := os.Rename(tmp, target); err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	return target, nil
}

// halfPrefix is the prefix of the temporary folders that Add copies into.
const halfPrefix = ".adding-"

// removeHalves removes the temporary folders of an Add that was killed. The caller
// holds the lock, so no running Add uses them.
func removeHalves(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), halfPrefix) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(root, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}
