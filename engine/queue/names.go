package queue

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"deltaedit/engine/batch"
	"deltaedit/engine/recipe"
)

// Names of the streams.
const (
	TaskStream   = "DELTAEDIT_TASKS"
	ResultStream = "DELTAEDIT_RESULTS"
)

// Subjects.
const (
	taskPrefix   = "deltaedit.task."
	resultPrefix = "deltaedit.result."
	// workerSubject and batchSubject carry what the sides tell about themselves.
	workerSubject = "deltaedit.worker"
	batchSubject  = "deltaedit.batch"
)

// Fit is what a worker must have for a task: the same program and the same pack.
type Fit struct {
	Program string      `json:"program"` // as engine.Program
	Pack    recipe.Pack `json:"pack"`
}

// Key returns a short name of the fit, which is part of subjects. Packs count by their
// contents.
func (f Fit) Key() string { return digest(f.Program, f.Pack.Manifest)[:12] }

// Consumer returns the name of the consumer that the workers of this fit share.
func (f Fit) Consumer() string { return "workers-" + f.Key() }

// tasks is the subject of all tasks that fit.
func (f Fit) tasks() string { return taskPrefix + f.Key() + ".>" }

// TasksOf is the subject of the tasks of a batch.
func (f Fit) TasksOf(batch string) string { return taskPrefix + f.Key() + "." + batch + ".>" }

// ResultsOf is the subject of the results of a batch.
func ResultsOf(batch string) string { return resultPrefix + batch + ".>" }

// resultSubject is the subject of one result.
func resultSubject(batch, task string) string { return resultPrefix + batch + "." + task }

// collecting is how the names of the consumers begin that collect the results of a batch.
func collecting(batch string) string { return "batch-" + batch + "-" }

// Bucket returns the name of the object store of a batch.
func Bucket(batch string) string { return "deltaedit-" + batch }

// NewBatch returns a new name for a batch.
func NewBatch() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// IsBatch reports whether a text could come from NewBatch.
func IsBatch(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 10 && strings.ToLower(s) == s
}

// taskID identifies an edit: what its line asks for, the contents of its photo, and what
// makes it.
func taskID(l batch.Line, photo string, f Fit) string {
	return digest(l.Fingerprint(), photo, f.Program, f.Pack.Manifest)[:32]
}

// digest returns the SHA-256 of texts, in hexadecimal.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		h.Write([]byte(t))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// String returns the fit for a message.
func (f Fit) String() string {
	return fmt.Sprintf("%s with the pack %s %s (manifest %.8s…)", f.Program, f.Pack.Name, f.Pack.Version, f.Pack.Manifest)
}
