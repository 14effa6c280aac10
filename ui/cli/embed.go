package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"deltaedit/engine"
)

func (p *Program) embedCommand() *cobra.Command {
	var text, img, pack string
	var face faceValue
	cmd := &cobra.Command{
		Use:   "embed --text T | --image IN",
		Short: "Print the unit vector of a text or a face in the shared space, as a JSON array",
		Args:  exactly(0, ""),
	}
	cmd.Flags().StringVar(&text, "text", "", "a description")
	cmd.Flags().StringVar(&img, "image", "", "a photo (- for standard input)")
	face.register(cmd, "which face of the photo: 1 is the largest clear one")
	packFlag(cmd, &pack)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		hasText, hasImage := cmd.Flags().Changed("text"), cmd.Flags().Changed("image")
		if hasText == hasImage {
			return usagef("want one of --text and --image")
		}
		if face == engine.AllFaces {
			return usagef("--face all: one vector is printed: choose a face by its number")
		}
		ctx := cmd.Context()
		return p.withModels(ctx, engine.Options{Pack: pack, Provider: "cpu"}, func(j *job) error {
			var v []float32
			var err error
			if hasText {
				v, err = j.TextVector(ctx, text)
			} else {
				v, err = p.imageVector(cmd, j, img, face)
			}
			if err != nil {
				return err
			}
			data, err := json.Marshal(v)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.Stdout, "%s\n", data)
			return err
		})
	}
	return cmd
}

func (p *Program) imageVector(cmd *cobra.Command, j *job, img string, face faceValue) ([]float32, error) {
	src, err := p.source(img)
	if err != nil {
		return nil, err
	}
	if _, err := j.Open(cmd.Context(), photoID, src, j.timings, j.progress); err != nil {
		return nil, err
	}
	return j.ImageVector(cmd.Context(), engine.Request{Photo: photoID, Face: int(face)})
}
