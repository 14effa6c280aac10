package ui

import (
	"fyne.io/fyne/v2/lang"

	"deltaedit/engine"
)

// taskText returns a description of the task in the user's language.
func taskText(t engine.Task) string {
	named := map[string]any{"Name": t.Name}
	switch t.Kind {
	case engine.TaskLoadModels:
		return lang.L("Loading the models")
	case engine.TaskVerify:
		return lang.L("Checking the model files")
	case engine.TaskMeasure:
		return lang.L("Measuring the execution providers")
	case engine.TaskGenerate:
		return lang.L("Generating a face")
	case engine.TaskRefine:
		return lang.L("Refining the face")
	case engine.TaskDiffusionPrepare:
		return lang.L("Preparing the diffusion")
	case engine.TaskDiffusionDraw:
		return lang.L("Drawing by diffusion")
	case engine.TaskRender:
		return lang.L("Rendering the picture")
	case engine.TaskSheet:
		return lang.L("Drawing the contact sheet")
	case engine.TaskOpen:
		if t.Name == "" {
			return lang.L("Opening a photo")
		}
		return lang.L("Opening {{.Name}}", named)
	case engine.TaskExport:
		if t.Name == "" {
			return lang.L("Exporting")
		}
		return lang.L("Exporting {{.Name}}", named)
	case engine.TaskLoadModel:
		return lang.L("Loading the {{.Name}}", map[string]any{"Name": modelTitle(t.Name)})
	case engine.TaskInvert:
		return lang.L("Reconstructing the face")
	case engine.TaskPrompts:
		return lang.L("Reading the prompts")
	case engine.TaskPreview:
		return lang.L("Drawing the picture")
	case engine.TaskFinal:
		return lang.L("Drawing the full-size picture")
	case engine.TaskCheckResults:
		return lang.L("Checking the pictures that are there")
	case engine.TaskRead:
		return lang.L("Reading {{.Name}}", named)
	case engine.TaskFindFaces:
		return lang.L("Finding faces in {{.Name}}", named)
	case engine.TaskWrite:
		return lang.L("Writing {{.Name}}", named)
	}
	return t.String()
}

// modelTitle returns what a model that is loaded is called in the user's language; a name that the
// window does not know stays.
func modelTitle(name string) string {
	switch name {
	case "face detector":
		return lang.L("face detector")
	case "person's matte":
		return lang.L("person's matte")
	case "parser":
		return lang.L("parser")
	case "generator":
		return lang.L("generator")
	case "text encoder":
		return lang.L("text encoder")
	case "image encoder":
		return lang.L("image encoder")
	case "delta mapper":
		return lang.L("delta mapper")
	case "inverter":
		return lang.L("inverter")
	}
	return name
}
