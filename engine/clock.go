package engine

import "time"

// Stage names under which durations are kept, besides the contract's.
const (
	lapDecode      = "decode"
	lapDetect      = "detect"
	lapInvert      = "invert"
	lapText        = "text"
	lapDelta       = "delta"
	lapPreview     = "synth_first"
	lapFinal       = "synth_final"
	lapPaste       = "paste"
	lapEncode      = "encode"
	lapTotal       = "total"
	lapReconstruct = "reconstruct" // the unedited face, once per face and size
	lapRefine      = "refine"      // fitting the code to the photo

	lapDiffusionEncode      = "diffusion_encode"      // photo to noise, once per face and steps
	lapDiffusionReconstruct = "diffusion_reconstruct" // and back, likewise
	lapDiffusionDecode      = "diffusion_decode"      // one edit
	lapDiffusionFirst       = "diffusion_first"       // of it, until the first estimate was drawn
	lapDiffusionStep        = "diffusion_step"        // the mean run of the network
)

// TimingNames are the stages that the command line always reports, in the order
// in which they happen.
func TimingNames() []string {
	return []string{lapDecode, lapDetect, lapInvert, lapText, lapDelta, lapPreview, lapFinal, lapPaste, lapEncode, lapTotal}
}

// DiffusionTimingNames are the stages of the diffusion, in the same order.
func DiffusionTimingNames() []string {
	return []string{lapDiffusionEncode, lapDiffusionReconstruct, lapDiffusionStep, lapDiffusionFirst, lapDiffusionDecode}
}

// since adds to a stage the time that has passed since it began: deferred, its
// start is when it was. Nil Timings are fine.
func (t Timings) since(stage string, start time.Time) {
	if t != nil {
		t[stage] += time.Since(start)
	}
}
