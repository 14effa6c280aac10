package onnx

import (
	"fmt"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"
)

// arenaChunk is the size in bytes of the first chunk of the CPU memory arena that
// sessions share. It is more than images of 1024² need. It only reserves address space:
// memory is taken when it is touched. With a single chunk, the system can be asked for
// large pages before any is touched.
const arenaChunk = 512 << 20

// shareArena creates one arena of CPU memory for all sessions. Sessions mostly run one
// after the other, so one reuses the memory that another has released. With separate
// arenas, each would hold the peak of its own graph.
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

// adviseArena is called after each run. The arena's first chunk exists after the first
// run that allocates from it; a small model's run has touched little of it by then.
func adviseArena() {
	if !arenaAdvised.Load() && adviseHugePages(arenaChunk) {
		arenaAdvised.Store(true)
	}
}
