package pack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// Verify reads every file of the pack, several at a time, and compares its SHA-256 with
// the manifest's. It reports all files that differ: their errors are joined, and each
// wraps ErrFile. progress, if not nil, is called with the bytes read so far and the
// total; the calls never overlap. When ctx ends, Verify stops between two chunks of 1
// MiB and returns ctx.Err().
func (p *Pack) Verify(ctx context.Context, progress func(done, total int64)) error {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return fmt.Errorf("verify pack: %w", err)
	}
	defer root.Close()
	files := sortedKeys(p.manifest.Files)
	var total int64
	for _, rel := range files {
		total += p.manifest.Files[rel].Bytes
	}
	var (
		mu   sync.Mutex
		done int64
		wg   sync.WaitGroup
	)
	advance := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		done += int64(n)
		if progress != nil {
			progress(min(done, total), total)
		}
	}
	errs := make([]error, len(files))
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		wg.Go(func() {
			buf := make([]byte, 1<<20)
			for i := range next {
				errs[i] = p.verifyFile(ctx, root, files[i], buf, advance)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

func (p *Pack) verifyFile(ctx context.Context, root *os.Root, rel string, buf []byte, advance func(int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f, err := root.Open(filepath.FromSlash(rel))
	var info fs.FileInfo
	if err == nil {
		defer f.Close()
		info, err = f.Stat()
	}
	if err := p.checkSize(rel, info, err); err != nil {
		return err
	}
	sum := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.Read(buf)
		sum.Write(buf[:n])
		advance(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: pack %q: %w", ErrFile, p.Name(), err)
		}
	}
	return p.compare(rel, [sha256.Size]byte(sum.Sum(nil)))
}

// compare returns an error unless sum is the hash that the manifest states for a file, and
// remembers that it is.
func (p *Pack) compare(rel string, sum [sha256.Size]byte) error {
	got, want := hex.EncodeToString(sum[:]), strings.ToLower(p.manifest.Files[rel].SHA256)
	if got != want {
		p.verified.Delete(rel)
		return fmt.Errorf("%w: pack %q: %s has sha256 %s, want %s; install the pack again (in a source tree run make setup)", ErrFile, p.Name(), rel, got, want)
	}
	p.verified.Store(rel, true)
	return nil
}

// Verified is Path for a file that is about to be used. Unless that has been done since Open,
// it reads the file and compares its SHA-256 with the manifest's; its error is that of Verify.
func (p *Pack) Verified(rel string) (string, error) {
	name, err := p.Path(rel)
	if err != nil {
		return "", err
	}
	if _, ok := p.verified.Load(rel); ok {
		return name, nil
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return "", fmt.Errorf("verify pack: %w", err)
	}
	defer root.Close()
	return name, p.verifyFile(context.Background(), root, rel, make([]byte, 1<<20), func(int) {})
}

// ManifestSum returns the SHA-256 of the pack's manifest in hexadecimal. It identifies
// the contents of the whole pack, since the manifest holds the hash of every file.
func (p *Pack) ManifestSum() (string, error) {
	data, err := os.ReadFile(filepath.Join(p.dir, ManifestName))
	if err != nil {
		return "", fmt.Errorf("open pack: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
