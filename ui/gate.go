package ui

import "deltaedit/engine"

// gate decides which frames are painted, so that no frame is painted after a newer one:
// generations never decrease, stages never decrease within a generation, and nothing
// older than the open photo passes. It belongs to the UI thread.
//
// Frames between the last painted and the newest request pass on purpose: while the
// slider moves, requests are newer than every frame that arrives, and a window that
// painted only the newest would not update at all.
type gate struct {
	photo uint64
	// floor is the first generation of this photo.
	floor uint64
	// generation and rank belong to the last painted frame.
	generation uint64
	rank       int
}

// rank orders the stages of a frame.
func rank(s engine.Stage) int {
	switch s {
	case engine.StageOriginal, engine.StageFinal:
		return 3
	case engine.StageRefined:
		return 2
	default:
		return 1
	}
}

// Reset rejects everything before the photo's first request.
func (g *gate) Reset(photo, floor uint64) {
	*g = gate{photo: photo, floor: floor}
}

// Admit reports whether the frame may be painted, and records it if so.
func (g *gate) Admit(f engine.Frame) bool {
	if f.Image == nil || f.Photo != g.photo || f.Generation < g.floor || f.Generation < g.generation {
		return false
	}
	r := rank(f.Stage)
	if f.Generation == g.generation && r < g.rank {
		return false
	}
	g.generation, g.rank = f.Generation, r
	return true
}
