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

// lap starts a stage; the function that it returns adds the time that has
// passed. Nil Timings are fine.
func (t Timings) lap(stage string) func() {
	start := time.Now()
	return func() {
		if t != nil {
			t[stage] += time.Since(start)
		}
	}
}
