package pack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrExists is wrapped when a pack of that name has been added before.
var ErrExists = errors.New("a pack of that name is there already")

// Add checks the pack in dir, hashes included, and copies the manifest and the
// files that it lists into the user's folder, where Find finds it. It either
// adds the whole pack or nothing, and never replaces one. It returns the new
// folder. progress is as for Verify.
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
	if _, err := os.Lstat(target); err == nil {
		return "", fmt.Errorf("%w: %s; remove it first", ErrExists, target)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", fmt.Errorf("add pack: %w", err)
	}
	tmp, err := os.MkdirTemp(root, "."+src.Name()+"-")
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
	// What was copied is what is verified: the source may change meanwhile.
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
