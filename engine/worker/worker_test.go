package worker_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/worker"
)

const ms = time.Millisecond

// open starts an engine with a photo on the table, whose id is 1.
func open(t *testing.T, f *fake) (*worker.Worker, *screen) {
	t.Helper()
	e, s := start(t, f)
	e.Open("/photos/a.jpg")
	wait(s, 50*ms)
	if len(s.opened) != 1 || s.opened[0].Photo != 1 || s.opened[0].Path != "/photos/a.jpg" {
		t.Fatalf("opened %+v, failed %v", s.opened, s.failed)
	}
	return e, s
}

// wait lets d pass and runs what was posted meanwhile, as a screen of 60 Hz.
func wait(s *screen, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(min(16*ms, time.Until(end)))
		synctest.Wait()
		s.drain()
	}
}

func TestDragShowsFramesAndTheNewestWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["invert"], f.cost["preview"], f.cost["final"] = 200*ms, 60*ms, 400*ms
		e, s := open(t, f)
		defer e.Close()
		for i := range 200 { // a hand that never rests for a frame's time
			e.Post(edit(1, float64(i)/100, engine.QualityDrag))
			wait(s, 5*ms)
		}
		if during := len(s.painted); during < 10 {
			t.Errorf("%d frames while dragging for a second with 60 ms previews, want at least 10", during)
		}
		newest := e.Post(edit(1, 2, engine.QualityRest))
		if e.Generation() != newest || newest != 201 {
			t.Errorf("generation %d, posted %d, want 201", e.Generation(), newest)
		}
		wait(s, time.Second)
		if l := s.last(); l.Generation != newest || l.Stage != engine.StageFinal || l.Image.Pix[0] != 200 {
			t.Errorf("ended on generation %d, stage %s, shade %d; want %d, final, 200", l.Generation, l.Stage, l.Image.Pix[0], newest)
		}
		if !slices.IsSorted(s.shades) {
			t.Errorf("the picture went back: %v", s.shades)
		}
		if calls, cut := f.count("preview"); cut != 0 || calls > 30 {
			t.Errorf("%d previews, %d cut short; want none cut, and no more than time allows", calls, cut)
		}
		if calls, _ := f.count("invert"); calls != 1 {
			t.Errorf("inverted %d times, want once", calls)
		}
		if calls, _ := f.count("directions"); calls != 1 {
			t.Errorf("read the prompts %d times, want once", calls)
		}
	})
}

func TestNewerRequestTerminatesTheFullSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"], f.cost["final"] = 20*ms, 10*time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		if _, cut := f.count("final"); cut != 0 {
			t.Fatal("final cut short before anything newer came")
		}
		g := e.Post(edit(1, 0.6, engine.QualityDrag))
		wait(s, 50*ms)
		if _, cut := f.count("final"); cut != 1 {
			t.Error("the full-size picture went on under a newer request")
		}
		if l := s.last(); l.Generation != g || l.Stage != engine.StagePreview {
			t.Errorf("painted generation %d, stage %s, want %d, preview", l.Generation, l.Stage, g)
		}
		if len(s.failed) != 0 {
			t.Errorf("cancelling was reported: %v", s.failed)
		}
	})
}

func TestWhatANewerRequestCancels(t *testing.T) {
	other := func(change func(*engine.Request)) engine.Request {
		r := edit(1, 0.5, engine.QualityDrag)
		change(&r)
		return r
	}
	strength := other(func(r *engine.Request) { r.Edits[0].Strength = 1 })
	prompt := other(func(r *engine.Request) { r.Edits[0].Target = "sad face" })
	face := other(func(r *engine.Request) { r.Face = 1 })
	cases := []struct {
		step  string
		newer string
		r     engine.Request
		cut   bool
	}{
		{"invert", "strength", strength, false},
		{"invert", "prompt", prompt, false},
		{"invert", "face", face, true},
		{"directions", "strength", strength, false},
		{"directions", "prompt", prompt, true},
		{"directions", "face", face, true},
		{"preview", "strength", strength, false},
		{"preview", "prompt", prompt, true},
		{"preview", "face", face, true},
		{"final", "strength", strength, true},
	}
	for _, c := range cases {
		t.Run(c.step+" under another "+c.newer, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost[c.step] = 100 * ms
				e, s := open(t, f)
				defer e.Close()
				e.Post(edit(1, 0.5, engine.QualityRest))
				wait(s, 50*ms)
				e.Post(c.r)
				wait(s, time.Second)
				if _, cut := f.count(c.step); (cut > 0) != c.cut {
					t.Errorf("cut short %d times, want cut: %t", cut, c.cut)
				}
				if s.last().Generation != 2 || len(s.failed) != 0 {
					t.Errorf("painted %d, failed %v", s.last().Generation, s.failed)
				}
			})
		})
	}
}

func TestAtMostOneFrameIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["preview"] = 10 * ms
		e, s := open(t, f)
		defer e.Close()
		for i := range 20 { // an owner that is too busy to look
			e.Post(edit(1, float64(i)/10, engine.QualityDrag))
			time.Sleep(15 * ms)
		}
		time.Sleep(30 * ms) // until the last is painted
		synctest.Wait()
		if n := s.waiting(); n != 1 {
			t.Errorf("%d functions wait in the owner's queue, want 1", n)
		}
		s.drain()
		if len(s.painted) != 1 || s.last().Generation != 20 || s.shades[0] != 190 {
			t.Errorf("painted %v, want the newest alone", s.generations())
		}
	})
}

func TestFrameStaysWholeUntilTheNextButOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		images := map[any]bool{}
		for i := range 50 {
			e.Post(edit(1, float64(i+1)/100, engine.QualityDrag))
			time.Sleep(20 * ms)
			synctest.Wait()
			if i%3 == 2 {
				continue // the owner misses one
			}
			s.drain()
			for back := range min(2, len(s.painted)) {
				n := len(s.painted) - 1 - back
				if got := s.painted[n].Image.Pix[5]; got != s.shades[n] {
					t.Fatalf("frame %d, %d back, was overwritten: %d, painted as %d", n, back, got, s.shades[n])
				}
			}
			images[s.last().Image] = true
		}
		if len(images) > 5 {
			t.Errorf("%d images were allocated for one view size, want them reused", len(images))
		}
	})
}

func TestWithoutEditsThePhotoIsShownFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["invert"] = time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(engine.Request{Photo: 1, Quality: engine.QualityRest})
		wait(s, 10*ms)
		first := s.last()
		if first.Stage != engine.StageOriginal {
			t.Errorf("painted %s, want original", first.Stage)
		}
		// The face is reconstructed meanwhile, and a slider does not undo it.
		e.Post(edit(1, 1, engine.QualityDrag))
		wait(s, 2*time.Second)
		if calls, cut := f.count("invert"); calls != 1 || cut != 0 {
			t.Errorf("inverted %d times, cut short %d times; want once, never", calls, cut)
		}
		if l := s.last(); l.Stage != engine.StagePreview {
			t.Errorf("painted %s, want preview", l.Stage)
		}
		if _, there := first.Timings["invert"]; there {
			t.Error("work that followed a frame was written into the frame's timings, which the window reads")
		}
	})
}

func TestStrengthZeroShowsThePhoto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0, engine.QualityRest))
		wait(s, 10*ms)
		if l := s.last(); l.Stage != engine.StageOriginal || len(l.Prompts) != 1 {
			t.Errorf("painted %s with %d prompts, want original with 1", l.Stage, len(l.Prompts))
		}
		for _, step := range []string{"preview", "final"} {
			if calls, _ := f.count(step); calls != 0 {
				t.Errorf("%s was drawn %d times for strength 0", step, calls)
			}
		}
	})
}

func TestKeptFullSizeNeedsNoPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		for range 3 { // the view is resized
			e.Post(edit(1, 1, engine.QualityRest))
			wait(s, 10*ms)
		}
		if calls, _ := f.count("preview"); calls != 1 {
			t.Errorf("%d previews, want 1", calls)
		}
		if calls, _ := f.count("final"); calls != 3 {
			t.Errorf("%d final pictures, want 3", calls)
		}
	})
}

func TestCancel(t *testing.T) {
	cases := map[string]func(e *worker.Worker){
		"load":       func(*worker.Worker) {},
		"open":       func(e *worker.Worker) { e.Open("b.jpg") },
		"random":     func(e *worker.Worker) { e.Random(7) },
		"invert":     func(e *worker.Worker) { e.Post(edit(1, 1, engine.QualityRest)) },
		"directions": func(e *worker.Worker) { e.Post(edit(1, 1, engine.QualityRest)) },
		"final":      func(e *worker.Worker) { e.Post(edit(1, 1, engine.QualityRest)) },
		"export":     func(e *worker.Worker) { e.Post(edit(1, 1, engine.QualityRest)); e.Export("o.png") },
	}
	for step, do := range cases {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				var e *worker.Worker
				var s *screen
				if step == "load" {
					f.cost[step] = time.Minute
					e, s = start(t, f)
				} else {
					e, s = open(t, f)
					f.set(func() { f.cost[step] = time.Minute })
				}
				defer e.Close()
				do(e)
				wait(s, time.Second)
				if n := len(s.progress); n == 0 || s.progress[n-1].Done {
					t.Errorf("after a second: progress %v, want one that is not done", s.progress)
				}
				e.Cancel()
				wait(s, 50*ms)
				if _, cut := f.count(step); cut != 1 {
					t.Errorf("cut short %d times, want 1", cut)
				}
				if n := len(s.progress); n == 0 || !s.progress[n-1].Done {
					t.Errorf("after Cancel: progress %v, want done", s.progress)
				}
				if len(s.failed) != 0 || len(s.exported) != 0 {
					t.Errorf("failed %v, exported %v; want silence", s.failed, s.exported)
				}
				// The engine goes on.
				f.set(func() { delete(f.cost, step) })
				e.Open("c.jpg")
				wait(s, 50*ms)
				if n := len(s.opened); n == 0 || s.opened[n-1].Path != "c.jpg" {
					t.Errorf("opened %v, want c.jpg last; failed %v", s.opened, s.failed)
				}
			})
		})
	}
}

func TestCancelForgetsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["export"] = time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 1, engine.QualityRest))
		e.Export("a.png")
		e.Export("b.png")
		wait(s, 100*ms)
		e.Cancel()
		wait(s, 5*time.Second)
		if calls, _ := f.count("export"); calls != 1 || len(s.exported) != 0 {
			t.Errorf("%d exports began, %v finished; want 1, none", calls, s.exported)
		}
	})
}

func TestErrorsAndPanicsAreReported(t *testing.T) {
	for _, step := range []string{"open", "random", "invert", "directions", "preview", "final", "export"} {
		for _, how := range []string{"error", "panic"} {
			t.Run(step+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := newFake()
					e, s := open(t, f)
					defer e.Close()
					f.set(func() {
						if how == "error" {
							f.fail[step] = errBroken
						} else {
							f.panics[step] = true
						}
					})
					again := func() {
						switch step {
						case "open":
							e.Open("b.jpg")
						case "random":
							e.Random(1)
						default:
							e.Post(edit(1, 1, engine.QualityRest))
						}
						if step == "export" {
							e.Export("o.png")
						}
						wait(s, 50*ms)
					}
					again()
					if len(s.failed) != 1 {
						t.Fatalf("failed %v, want one error", s.failed)
					}
					var p *engine.PanicError
					if how == "error" && !errors.Is(s.failed[0], errBroken) {
						t.Errorf("failed with %v, want %v", s.failed[0], errBroken)
					}
					if how == "panic" && (!errors.As(s.failed[0], &p) || !strings.Contains(p.Error(), step+" went wrong")) {
						t.Errorf("failed with %v, want the panic", s.failed[0])
					}
					f.set(func() { clear(f.fail); clear(f.panics) })
					again()
					if len(s.failed) != 1 {
						t.Errorf("failed again: %v", s.failed)
					}
					switch step {
					case "open", "random":
						if len(s.opened) != 2 {
							t.Errorf("opened %v", s.opened)
						}
					case "export":
						if !slices.Equal(s.exported, []string{"o.png"}) {
							t.Errorf("exported %v", s.exported)
						}
					default:
						if s.last().Stage != engine.StageFinal {
							t.Errorf("painted %s last", s.last().Stage)
						}
					}
				})
			})
		}
	}
}

func TestLoadingIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.fail["load"] = errBroken
		e, s := start(t, f)
		defer e.Close()
		wait(s, 10*ms)
		if len(s.failed) != 1 || len(s.status) != 0 {
			t.Fatalf("failed %v, status %v", s.failed, s.status)
		}
		f.set(func() { clear(f.fail) })
		e.Random(3)
		wait(s, 10*ms)
		if len(s.failed) != 1 || len(s.status) != 1 || !s.status[0].Ready {
			t.Errorf("failed %v, status %v; want the models loaded", s.failed, s.status)
		}
		if len(s.opened) != 1 || s.opened[0].Seed != 3 {
			t.Errorf("opened %v, want the random face", s.opened)
		}
	})
}

func TestFailedOpeningLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["final"], f.cost["open"] = 300*ms, 20*ms
		e, s := open(t, f)
		defer e.Close()
		g := e.Post(edit(1, 1, engine.QualityRest))
		wait(s, 100*ms)
		f.set(func() { f.fail["open"] = errBroken })
		e.Open("notes.txt")
		wait(s, time.Second)
		if len(s.failed) != 1 || !strings.Contains(s.tasks[0].String(), "notes.txt") {
			t.Fatalf("failed %v: %v", s.tasks, s.failed)
		}
		if l := s.last(); l.Stage != engine.StageFinal || l.Generation != g {
			t.Errorf("painted %s of %d last, want the full-size picture that the opening cut short", l.Stage, l.Generation)
		}
	})
}

func TestFailedRequestIsNotTriedAgainAfterAFailedOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		f.set(func() { f.fail["invert"], f.fail["open"] = errBroken, errBroken })
		e.Post(edit(1, 1, engine.QualityRest))
		wait(s, 100*ms)
		e.Open("notes.txt")
		wait(s, time.Second)
		if len(s.failed) != 2 {
			t.Errorf("failed %v, want the request once and the opening once", s.tasks)
		}
	})
}

func TestStatusFollowsTheProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 1, engine.QualityRest))
		wait(s, time.Second)
		if len(s.status) != 1 {
			t.Fatalf("%d reports while nothing changed, want 1", len(s.status))
		}
		f.set(func() { f.also = "+webgpu" })
		e.Post(edit(1, 2, engine.QualityRest))
		wait(s, time.Second)
		if len(s.status) != 2 || s.status[1].Provider != "cpu+webgpu" {
			t.Errorf("reports %+v, want a second one with cpu+webgpu", s.status)
		}
	})
}

func TestNewerOpeningReplacesOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		f.set(func() { f.cost["open"] = time.Second })
		e.Open("b.jpg")
		wait(s, 50*ms)
		e.Open("c.jpg")
		e.OpenReader("d.jpg", []byte{1})
		e.Random(5)
		wait(s, 5*time.Second)
		if _, cut := f.count("open"); cut != 1 {
			t.Errorf("%d openings cut short, want 1", cut)
		}
		if len(s.opened) != 2 || !s.opened[1].Random || len(s.failed) != 0 {
			t.Errorf("opened %+v, failed %v; want the newest alone", s.opened, s.failed)
		}
	})
}

func TestRequestForAnotherPhotoIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		e, s := open(t, f)
		defer e.Close()
		e.Random(5)
		wait(s, 10*ms)
		for _, photo := range []uint64{0, 1, 3} {
			e.Post(edit(photo, 1, engine.QualityRest))
			wait(s, 10*ms)
		}
		if len(s.painted) != 0 || len(s.failed) != 0 {
			t.Errorf("painted %v, failed %v; want neither", s.generations(), s.failed)
		}
		e.Export("o.png")
		wait(s, 10*ms)
		if len(s.failed) != 1 || !errors.Is(s.failed[0], engine.ErrNoPhoto) {
			t.Errorf("exporting a photo that is gone: %v, want %v", s.failed, engine.ErrNoPhoto)
		}
		e.Post(edit(2, 1, engine.QualityRest))
		wait(s, 10*ms)
		if s.last().Photo != 2 {
			t.Errorf("painted photo %d, want 2", s.last().Photo)
		}
	})
}

func TestExportIsNotCutByTheSlider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["export"] = time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 1, engine.QualityRest))
		wait(s, 10*ms)
		e.Export("o.png")
		wait(s, 10*ms)
		g := e.Post(edit(1, 0.5, engine.QualityDrag))
		wait(s, 2*time.Second)
		if !slices.Equal(s.exported, []string{"o.png"}) {
			t.Errorf("exported %v, failed %v", s.exported, s.failed)
		}
		if s.last().Generation != g {
			t.Errorf("painted %d last, want %d", s.last().Generation, g)
		}
	})
}

func TestProgressOnlyForSlowWork(t *testing.T) {
	for _, c := range []struct {
		cost time.Duration
		want bool
	}{{250 * ms, false}, {350 * ms, true}} {
		t.Run(c.cost.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost["open"] = c.cost
				e, s := start(t, f)
				defer e.Close()
				e.Open("a.jpg")
				wait(s, time.Second)
				if got := len(s.progress) > 0; got != c.want {
					t.Fatalf("progress %v, want any: %t", s.progress, c.want)
				}
				if !c.want {
					return
				}
				if p := s.progress[0]; p.Task.Kind != engine.TaskFindFaces || p.Fraction != 0.5 || p.Done {
					t.Errorf("first %+v", p)
				}
				if p := s.progress[len(s.progress)-1]; !p.Done {
					t.Errorf("last %+v, want done", p)
				}
			})
		})
	}
}

func TestCloseWaitsForNativeCode(t *testing.T) {
	for _, step := range []string{"load", "open", "invert", "final", "export"} {
		t.Run(step, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost[step], f.deaf[step] = time.Second, true
				e, s := start(t, f)
				e.Open("a.jpg")
				if step != "load" && step != "open" {
					wait(s, 10*ms)
					e.Post(edit(1, 1, engine.QualityRest))
					if step == "export" {
						e.Export("o.png")
					}
				}
				time.Sleep(100 * ms)
				synctest.Wait()
				waiting := s.waiting()
				begin := time.Now()
				e.Close()
				e.Close() // twice is once
				if d := time.Since(begin); d < 800*ms {
					t.Errorf("Close returned after %v while native code was running", d)
				}
				if f.live != 0 {
					t.Error("a step still runs after Close")
				}
				if calls, _ := f.count("close"); calls != 1 && step != "load" {
					t.Errorf("the models were freed %d times, want once", calls)
				}
				if s.waiting() > waiting {
					painted := len(s.painted)
					s.drain()
					if len(s.painted) != painted {
						t.Error("a frame was delivered after Close")
					}
				}
				e.Open("late.jpg")
				e.Export("late.png")
				e.Cancel()
				if g := e.Post(edit(1, 1, engine.QualityRest)); g != e.Generation() {
					t.Errorf("Post after Close gave %d, Generation %d", g, e.Generation())
				}
			})
		})
	}
}

func TestListenerMayCallTheEngine(t *testing.T) {
	f := newFake()
	done := make(chan engine.Frame, 8)
	var e *worker.Worker
	ready := make(chan struct{})
	l := &caller{opened: func(s engine.Subject) {
		e.Post(edit(s.Photo, 1, engine.QualityRest))
	}, frame: func(fr engine.Frame) { done <- fr }}
	e = worker.New(worker.Config{
		Load:     func(context.Context, engine.ProgressFunc) (engine.Pipeline, error) { <-ready; return f, nil },
		Post:     func(f func()) { f() }, // at once, on the engine's goroutine
		Listener: l,
	})
	defer e.Close()
	close(ready)
	e.Random(1)
	if fr := <-done; fr.Stage != engine.StagePreview {
		t.Errorf("first frame is %s, want preview", fr.Stage)
	}
	if fr := <-done; fr.Stage != engine.StageFinal || fr.Provider != "cpu" {
		t.Errorf("second frame is %s on %s, want final on cpu", fr.Stage, fr.Provider)
	}
}

// caller is a listener that calls back into the engine.
type caller struct {
	opened func(engine.Subject)
	frame  func(engine.Frame)
}

func (c *caller) Status(engine.Status)     {}
func (c *caller) Opened(s engine.Subject)  { c.opened(s) }
func (c *caller) Frame(f engine.Frame)     { c.frame(f) }
func (c *caller) Progress(engine.Progress) {}

func (c *caller) Refined(uint64, []engine.Refinement) {}
func (c *caller) Exported(string)                     {}
func (c *caller) Failed(engine.Task, error)           {}

func TestRefine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["refine"] = 5 * time.Second
		e, s := open(t, f)
		defer e.Close()
		e.Post(edit(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		e.Refine(60)
		wait(s, time.Second)
		if n := len(s.progress); n == 0 || s.progress[n-1].Task.Kind != engine.TaskRefine || s.progress[n-1].Done {
			t.Errorf("progress %+v", s.progress)
		}
		// A newer request waits: it does not undo what takes so long.
		g := e.Post(edit(1, 0.7, engine.QualityRest))
		wait(s, 5*time.Second)
		if len(s.refined) != 1 || s.refined[0][0].Steps != 60 || len(s.failed) != 0 {
			t.Fatalf("refined %+v, failed %v", s.refined, s.failed)
		}
		if l := s.last(); l.Generation != g || l.Stage != engine.StageFinal {
			t.Errorf("ended on generation %d, stage %s", l.Generation, l.Stage)
		}
	})
}

func TestRefineIsCancelled(t *testing.T) {
	for name, stop := range map[string]func(*worker.Worker){
		"by its owner":      (*worker.Worker).Cancel,
		"by a newer photo":  func(e *worker.Worker) { e.Open("/photos/b.jpg") },
		"by a random face":  func(e *worker.Worker) { e.Random(1) },
		"while closing":     (*worker.Worker).Close,
		"by two more waits": func(e *worker.Worker) { e.Refine(10); e.Refine(20); e.Cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.cost["refine"] = time.Minute
				e, s := open(t, f)
				defer e.Close()
				e.Post(edit(1, 0.5, engine.QualityRest))
				wait(s, 100*ms)
				e.Refine(60)
				wait(s, time.Second)
				stop(e)
				wait(s, time.Second)
				if calls, cut := f.count("refine"); calls != 1 || cut != 1 {
					t.Errorf("%d calls, %d cut short; want one of each", calls, cut)
				}
				if len(s.refined) != 0 || len(s.failed) != 0 {
					t.Errorf("refined %v, failed %v", s.refined, s.failed)
				}
			})
		})
	}
}

func TestRefineOfAPhotoThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.cost["open"] = time.Second
		e, s := start(t, f)
		defer e.Close()
		e.Refine(3) // nothing is open
		e.Open("/photos/a.jpg")
		wait(s, 2*time.Second)
		e.Post(edit(1, 0.5, engine.QualityRest))
		wait(s, 100*ms)
		e.Open("/photos/b.jpg")
		e.Refine(3) // of the photo that is on its way out
		wait(s, 3*time.Second)
		if calls, _ := f.count("refine"); calls != 0 || len(s.failed) != 0 {
			t.Errorf("%d calls, failed %v", calls, s.failed)
		}
	})
}
