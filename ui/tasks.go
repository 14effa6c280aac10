package ui

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
)

// localTask translates what the engine says it is doing. A task is a fixed
// sentence or a fixed beginning and a file's name. Anything else stays as it
// is: a name must never be taken for a template.
func localTask(task string) string {
	switch task {
	case "Loading the models":
		return lang.L("Loading the models")
	case "Checking the model files":
		return lang.L("Checking the model files")
	case "Generating a face":
		return lang.L("Generating a face")
	case "Rendering the picture":
		return lang.L("Rendering the picture")
	case engine.TaskMeasure:
		return lang.L("Measuring the execution providers")
	case engine.TaskRefine:
		return lang.L("Refining the face")
	case engine.TaskDiffusionPrepare:
		return lang.L("Preparing the diffusion")
	case engine.TaskDiffusionDraw:
		return lang.L("Drawing by diffusion")
	case "Opening a photo":
		return lang.L("Opening a photo")
	case "Exporting":
		return lang.L("Exporting")
	}
	named := func(name string) map[string]any { return map[string]any{"Name": name} }
	if name, ok := strings.CutPrefix(task, "Opening "); ok {
		return lang.L("Opening {{.Name}}", named(name))
	}
	if name, ok := strings.CutPrefix(task, "Reading "); ok {
		return lang.L("Reading {{.Name}}", named(name))
	}
	if name, ok := strings.CutPrefix(task, "Finding faces in "); ok {
		return lang.L("Finding faces in {{.Name}}", named(name))
	}
	if name, ok := strings.CutPrefix(task, "Writing "); ok {
		return lang.L("Writing {{.Name}}", named(name))
	}
	return task
}
