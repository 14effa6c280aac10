package onnx

import (
	"fmt"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

// arenaChunk is the size in bytes of the first piece of the arena that sessions on
// the CPU share: more than the pictures of 1024² need. It is address space, of
// which only what is touched takes memory; in one piece, the system can be asked
// for large pages before any is.
const arenaChunk = 512 << 20

// shareArena makes one arena of CPU memory for all sessions. Sessions run one
// after the other, mostly: what one has done with is there for the next, where
// arenas of their own would each keep the most that their graph ever took.
func shareArena() error {
	info, err := ort.GetMemoryInfo()
	if err != nil {
		return fmt.Errorf("memory of the CPU: %w", err)
	}
	arena, err := ort.NewArenaCfg(0, -1, arenaChunk, -1)
	if err != nil {
		return fmt.Errorf("memory shared by the sessions: %w", err)
	}
	defer arena.Destroy()
	if err := ort.CreateAndRegisterAllocator(info, arena); err != nil {
		return fmt.Errorf("memory shared by the sessions: %w", err)
	}
	return nil
}

var arenaAdvised atomic.Bool

// adviseArena is called after runs. The first that took anything from the arena
// has made its first chunk, and touched little of it if it was a small model's.
func adviseArena() {
	if !arenaAdvised.Load() && adviseHugePages(arenaChunk) {
		arenaAdvised.Store(true)
	}
}
