package ui

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/photo"
	"deltaedit/ui/queue"
)

// prefBatchFolder is the preference that holds where pictures of a batch were put last.
const prefBatchFolder = "folder.batch"

// batchWork is the batch of the window. It belongs to the UI thread.
type batchWork struct {
	page  *batchPage
	queue *queue.Queue
	// folder is where the pictures go; "" is a free folder beside the first photo.
	folder string
	// ends is the number of runs whose end was displayed.
	ends   int
	thumbs thumbs
}

// batchFolder returns the folder for the batch below that of the saved state.
func batchFolder(state string) string { return filepath.Join(state, "batch") }

// openBatch goes on with the batch that is kept in a folder; "" keeps nothing. Errors are
// only logged.
func (e *editor) openBatch(dir string) {
	b := &e.batch
	e.closeBatch()
	told := &atomic.Bool{}
	q, err := queue.Open(dir, e.backend.Spare, e.aside, func() {
		if told.CompareAndSwap(false, true) {
			e.post(func() {
				told.Store(false)
				e.showBatch()
			})
		}
	}, func(err error) { e.log.Warn("Keeping the batch", "error", err) })
	if err != nil {
		e.log.Warn("Reading the batch", "error", err)
	}
	b.queue, b.ends = q, 0
	e.showBatch()
	if s := q.Snapshot(); s.Started && s.Count(queue.Waiting) > 0 {
		e.notices.Ask(noticeBatch, noticeInfo,
			lang.N("A batch is not finished: {{.Left}} of {{.Count}} photos are left.", s.Count(queue.Waiting), map[string]any{"Left": s.Count(queue.Waiting), "Count": len(s.Items)}),
			noticeAction{lang.L("Go on"), true, func() { e.notices.Clear(noticeBatch); e.startBatch() }},
			noticeAction{lang.L("Not now"), false, func() { e.notices.Clear(noticeBatch) }})
	}
}

func (e *editor) closeBatch() {
	if e.batch.queue == nil {
		return
	}
	if err := e.batch.queue.Close(); err != nil {
		e.log.Warn("Closing the batch", "error", err)
	}
	e.batch.queue = nil
}

// connectBatch sets the callbacks of the page.
func (e *editor) connectBatch() {
	p := e.batch.page
	p.close.OnTapped = e.toggleBatch
	p.addPhoto.OnTapped = e.showAddPhoto
	p.addFolder.OnTapped = e.showAddFolder
	p.choose.OnTapped = e.showBatchFolder
	p.start.OnTapped = func() {
		if e.batch.queue.Snapshot().Running {
			e.batch.queue.Pause()
			return
		}
		e.startBatch()
	}
	p.retry.OnTapped = func() { e.retryBatch("") }
	p.clear.OnTapped = e.clearBatch
	p.OnRow, p.OnPicked = e.showBatchRow, e.pickBatchRow
	e.batch.thumbs.load = func(path string) {
		side := int(batchThumb*e.viewport.pixelsPerUnit() + 0.5)
		go func() {
			img := photoThumb(path, side)
			e.post(func() {
				e.batch.thumbs.done(path, img)
				p.list.Refresh()
			})
		}()
	}
}

// batchItem returns the menu item that shows the batch.
func (e *editor) batchItem() *fyne.MenuItem {
	item := fyne.NewMenuItem(lang.L("Batch"), e.toggleBatch)
	item.Checked, item.Shortcut = e.batch.shown(), shortcut(fyne.KeyB, 0)
	return item
}

// shown reports whether the batch is in the place of the photo.
func (b *batchWork) shown() bool { return !b.page.content.Hidden }

// toggleBatch shows the batch in the place of the photo, or the photo again.
func (e *editor) toggleBatch() {
	e.batch.page.content.Hidden, e.below.Hidden = e.batch.shown(), !e.batch.shown()
	e.showBatch()
	e.win.Content().Refresh()
}

func (e *editor) hideBatch() {
	if e.batch.shown() {
		e.toggleBatch()
	}
}

// showBatch displays the state of the batch.
func (e *editor) showBatch() {
	b := &e.batch
	if b.queue == nil {
		return
	}
	s := b.queue.Snapshot()
	e.statusbar.ShowBatch(s)
	if b.shown() {
		b.page.Show(s, e.folderShown(s))
	}
	if b.ends != s.Ends {
		b.ends = s.Ends
		e.batchEnded(s)
	}
}

// folderShown returns where the pictures of the batch go.
func (e *editor) folderShown(s queue.Snapshot) string {
	switch {
	case s.Started:
		return s.Order.Folder
	case e.batch.folder != "":
		return e.batch.folder
	case len(s.Items) == 0:
		return lang.L("A new folder beside the photos")
	}
	return queue.FreeFolder(s.Items[0].Path)
}

// batchEnded says how a run has ended, unless it was paused.
func (e *editor) batchEnded(s queue.Snapshot) {
	about := map[string]any{"Done": s.Count(queue.Done), "Failed": s.Count(queue.Failed), "Count": len(s.Items), "Folder": s.Order.Folder}
	switch {
	case errors.Is(s.Err, batch.ErrEarlier) && !s.Started:
		e.notices.Ask(noticeBatch, noticeWarning,
			lang.L("The folder {{.Folder}} holds pictures of another batch. Nothing is written over.", about),
			noticeAction{lang.L("Use a new folder"), true, func() {
				e.notices.Clear(noticeBatch)
				e.batch.folder = queue.FreeFolder(s.Items[0].Path)
				e.startBatch()
			}},
			noticeAction{lang.L("Dismiss"), false, func() { e.notices.Clear(noticeBatch) }})
	case s.Err != nil:
		e.batchFailed(s.Err)
	case s.Count(queue.Waiting) > 0: // paused
	case s.Count(queue.Failed) > 0:
		e.notices.Show(noticeBatch, noticeWarning, lang.N("The batch is done: {{.Done}} pictures in {{.Folder}}; {{.Failed}} of {{.Count}} photos failed.", s.Count(queue.Done), about))
	default:
		e.notices.Show(noticeBatch, noticeSuccess, lang.N("The batch is done: {{.Done}} pictures in {{.Folder}}", s.Count(queue.Done), about))
	}
}

// batchFailed displays an error of the batch.
func (e *editor) batchFailed(err error) {
	e.log.Warn("Batch", "error", err)
	text := reason(err)
	switch {
	case errors.Is(err, queue.ErrNothing):
		text = lang.L("No photo waits: add photos first.")
	case errors.Is(err, queue.ErrFull):
		text = lang.L("The batch is full: start it, and begin another for the other photos.")
	case errors.Is(err, queue.ErrNoEdits):
		text = lang.L("There is nothing to change: type a prompt, or choose a preset.")
	case errors.Is(err, batch.ErrBusy):
		text = lang.L("Another batch is at work in this folder: wait until it ends, or choose another.")
	}
	e.notices.ShowError(noticeBatch, sentence(text), e.details(engine.Task{Kind: engine.TaskExport}, err))
}

// batchOrder returns what the page asks for.
func (e *editor) batchOrder() queue.Order {
	p := e.batch.page
	o := queue.Order{
		Title: p.edits.Selected, Edits: e.settings.edits(), Renderer: engine.GAN.String(),
		Template: p.template.Text, Folder: e.folderShown(e.batch.queue.Snapshot()),
	}
	if i := p.edits.SelectedIndex(); i > 0 {
		o.Edits = presetEdits(e.panel.presets[i-1])
	}
	if r := e.request(engine.QualityRest); r.Renderer == engine.Diffusion {
		o.Renderer, o.Steps = r.Renderer.String(), r.Steps
	}
	return o
}

// startBatch begins the batch, or goes on with it.
func (e *editor) startBatch() {
	e.notices.Clear(noticeBatch)
	if err := e.batch.queue.Start(e.batchOrder()); err != nil {
		e.batchFailed(err)
	}
}

// retryBatch tries a photo that has failed again; with "" all of them.
func (e *editor) retryBatch(id string) {
	if err := e.batch.queue.Retry(id); err != nil {
		e.batchFailed(err)
		return
	}
	e.startBatch()
}

// clearBatch empties the list, after a question while there is something left to do.
func (e *editor) clearBatch() {
	q := e.batch.queue
	doIt := func() {
		e.notices.Clear(noticeBatch)
		go func() { // it waits for the end of a run
			err := q.Clear()
			e.post(func() {
				e.batch.folder = ""
				if err != nil {
					e.batchFailed(err)
				}
				e.showBatch()
			})
		}()
	}
	if s := q.Snapshot(); !s.Started || s.Count(queue.Waiting)+s.Count(queue.Working) == 0 {
		doIt()
		return
	}
	e.confirm(lang.L("Cancel the batch?"), lang.L("The photos that wait are taken out of the list. Pictures that were written stay."), doIt)
}

// addToBatch adds files and folders, and shows the batch.
func (e *editor) addToBatch(uris []fyne.URI) {
	var paths []string
	for _, uri := range uris {
		if uri.Scheme() != "file" {
			e.fail(engine.Task{Kind: engine.TaskOpen, Name: uri.Name()}, fmt.Errorf("%s: %w", uri, errRemote))
			continue
		}
		paths = append(paths, uri.Path())
	}
	if !e.batch.shown() {
		e.toggleBatch()
	}
	q := e.batch.queue
	go func() { // a folder may be large, and far away
		n, err := q.Add(paths...)
		e.post(func() {
			switch {
			case err != nil:
				e.batchFailed(err)
			case n == 0 && len(paths) > 0:
				e.notices.Show(noticeBatch, noticeInfo, lang.L("No photo was added: they are in the list already, or the folder holds none."))
			}
			e.showBatch()
		})
	}()
}

func isFolder(uri fyne.URI) bool {
	info, err := os.Stat(uri.Path())
	return uri.Scheme() == "file" && err == nil && info.IsDir()
}

func (e *editor) showAddPhoto() {
	if e.dialogOpen() {
		return
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil || r == nil {
			return
		}
		uri := r.URI()
		_ = r.Close() // nothing was written
		e.addToBatch([]fyne.URI{uri})
	}, e.win)
	d.SetFilter(storage.NewExtensionFileFilter(photoExtensions))
	e.showFileDialog(d, prefOpenFolder)
}

func (e *editor) showAddFolder() {
	e.askFolder(lang.L("Add a folder…"), prefOpenFolder, func(uri fyne.URI) { e.addToBatch([]fyne.URI{uri}) })
}

// showBatchFolder asks where to put the pictures.
func (e *editor) showBatchFolder() {
	e.askFolder(lang.L("Folder for the pictures"), prefBatchFolder, func(uri fyne.URI) {
		e.batch.folder = uri.Path()
		e.app.Preferences().SetString(prefBatchFolder, uri.Path())
		e.showBatch()
	})
}

// askFolder asks for a folder.
func (e *editor) askFolder(title, pref string, use func(fyne.URI)) {
	if e.dialogOpen() {
		return
	}
	d := dialog.NewFolderOpen(func(l fyne.ListableURI, err error) {
		if err == nil && l != nil {
			use(l)
		}
	}, e.win)
	d.SetTitleText(title)
	e.showFileDialog(d, pref)
}

// showBatchRow displays a photo in a row of the list.
func (e *editor) showBatchRow(item queue.Item, r *batchRow) {
	var action func()
	switch {
	case item.State == queue.Failed:
		action = func() { e.retryBatch(item.ID) }
	case item.State == queue.Waiting && !e.batch.page.shown.Running:
		action = func() {
			if err := e.batch.queue.Remove(item.ID); err != nil {
				e.batchFailed(err)
			}
		}
	}
	r.Show(item, e.batch.thumbs.of(item.Path), action)
}

// pickBatchRow says in full why a photo has failed, and opens a photo that has not.
func (e *editor) pickBatchRow(item queue.Item) {
	if item.State == queue.Failed {
		e.notices.ShowError(noticeBatch, item.Name()+": "+reasonOf(item.Fault, item.Reason), item.Path+"\n"+item.Reason)
		return
	}
	e.openPath(item.Path)
}

// Limits of the list's pictures.
const (
	maxThumbs      = 400
	maxThumbWanted = 24 // about a window full
	// maxThumbPixels is the size of the largest photo that is decoded for its picture.
	maxThumbPixels = 50_000_000
)

// thumbs are small pictures of photos, loaded one at a time: those that were asked for
// last come first. It belongs to the UI thread.
type thumbs struct {
	pictures map[string]image.Image // nil for a photo that has none
	wanted   []string
	loading  bool
	// load loads a picture and lets done be called.
	load func(path string)
}

// of returns the picture of a photo, nil while there is none.
func (t *thumbs) of(path string) image.Image {
	if img, ok := t.pictures[path]; ok {
		return img
	}
	t.wanted = append(slices.DeleteFunc(t.wanted, func(w string) bool { return w == path }), path)
	t.wanted = t.wanted[max(0, len(t.wanted)-maxThumbWanted):]
	t.next()
	return nil
}

func (t *thumbs) next() {
	if t.loading || len(t.wanted) == 0 {
		return
	}
	last := len(t.wanted) - 1
	path := t.wanted[last]
	t.wanted, t.loading = t.wanted[:last], true
	t.load(path)
}

func (t *thumbs) done(path string, img image.Image) {
	if t.pictures == nil || len(t.pictures) >= maxThumbs {
		t.pictures = map[string]image.Image{}
	}
	t.pictures[path], t.loading = img, false
	t.next()
}

// photoThumb returns a small square of a photo, nil where it cannot be read. It may take a
// second, on any goroutine.
func photoThumb(path string, side int) image.Image {
	size, err := photo.StatedSize(path)
	if err != nil || size.X*size.Y > maxThumbPixels {
		return nil
	}
	p, err := photo.Open(path)
	if err != nil {
		return nil
	}
	return square(p.Image, side)
}
