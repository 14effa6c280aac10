package engine

// TaskKind is a kind of work that may take a while.
type TaskKind int

// Kinds of tasks. Those that are about a file, a photo or a model name it in
// Task.Name.
const (
	TaskLoadModels       TaskKind = iota + 1 // all models of a pack
	TaskVerify                               // compare the model files with their hashes
	TaskMeasure                              // measure the execution providers
	TaskLoadModel                            // one model, which Name says
	TaskOpen                                 // open a photo, as a whole
	TaskRead                                 // read a photo's file
	TaskFindFaces                            // find the faces of a photo
	TaskGenerate                             // generate a face that does not exist
	TaskInvert                               // find the style code of a face
	TaskRefine                               // fit the style code of a face to the photo
	TaskPrompts                              // read the prompts
	TaskPreview                              // draw a preview
	TaskFinal                                // draw the full-size picture
	TaskDiffusionPrepare                     // take a photo to noise and back
	TaskDiffusionDraw                        // draw an edit by diffusion
	TaskRender                               // render the picture for a file
	TaskExport                               // write an edited photo, as a whole
	TaskWrite                                // write the file
	TaskCheckResults                         // compare the results of a batch with their hashes
	TaskSheet                                // draw the pictures of a contact sheet
)

// Task is a piece of work that is reported on. It is comparable.
type Task struct {
	Kind TaskKind
	// Name is that of the file, photo or model that the task is about, "" for none.
	Name string
}

// String says in English what is being done, such as "Reading photo.jpg": for logs
// and the command line. The window has words of its own.
func (t Task) String() string {
	named := func(with, without string) string {
		if t.Name == "" {
			return without
		}
		return with + " " + t.Name
	}
	switch t.Kind {
	case TaskLoadModels:
		return "Loading the models"
	case TaskVerify:
		return "Checking the model files"
	case TaskMeasure:
		return "Measuring the execution providers"
	case TaskLoadModel:
		return named("Loading the", "Loading a model")
	case TaskOpen:
		return named("Opening", "Opening a photo")
	case TaskRead:
		return named("Reading", "Reading a photo")
	case TaskFindFaces:
		return named("Finding faces in", "Finding faces")
	case TaskGenerate:
		return "Generating a face"
	case TaskInvert:
		return "Reconstructing the face"
	case TaskRefine:
		return "Refining the face"
	case TaskPrompts:
		return "Reading the prompts"
	case TaskPreview:
		return "Drawing the picture"
	case TaskFinal:
		return "Drawing the full-size picture"
	case TaskDiffusionPrepare:
		return "Preparing the diffusion"
	case TaskDiffusionDraw:
		return "Drawing by diffusion"
	case TaskRender:
		return "Rendering the picture"
	case TaskExport:
		return named("Exporting", "Exporting")
	case TaskWrite:
		return named("Writing", "Writing the picture")
	case TaskCheckResults:
		return "Checking the pictures that are there"
	case TaskSheet:
		return "Drawing the contact sheet"
	default:
		return ""
	}
}
