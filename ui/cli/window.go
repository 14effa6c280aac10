package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"deltaedit/engine"
	"deltaedit/ui/cli/bench"
	"deltaedit/ui/cli/version"
)

// windowCommand is the program without a subcommand, which opens the window.
func (p *Program) windowCommand() *cobra.Command {
	var w Window
	provider := providerValue(engine.Auto)
	cmd := &cobra.Command{
		Use:   "deltaedit [photo]",
		Short: "Edit face photographs with words",
		Long: `Opens a window: drop a photo on it, say what it shows ("face") and what it should
show ("smiling face"), and move the slider. The subcommands do the same without
a window.`,
		Version: engine.Version,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("too many arguments: %q; one photo is opened at a time", args[1:])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				w.Photo = args[0]
				if _, err := os.Stat(w.Photo); errors.Is(err, os.ErrNotExist) {
					return noSuchThing(cmd, w.Photo)
				}
			}
			if p.Window == nil {
				return errors.New("this build has no window: use a subcommand (see --help)")
			}
			if cmd.Flags().Changed("provider") {
				w.Provider = string(provider)
			}
			return p.Window(w)
		},
	}
	noCacheFlag(cmd, &w.NoCache)
	packFlag(cmd, &w.Pack)
	provider.register(cmd)
	cmd.Flags().BoolVar(&w.Moments, bench.MomentsFlag, false, "tell on stdout when the window and the models are there, and quit")
	_ = cmd.Flags().MarkHidden(bench.MomentsFlag)
	return cmd
}

func (p *Program) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the formats that this program reads",
		Args:  exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			v := version.Of()
			if asJSON {
				return printJSON(p.Stdout, v)
			}
			_, err := fmt.Fprintf(p.Stdout, "%s %s, %s, %s, packs of format %d, recipes of version %d\n",
				v.Program, v.Version, v.Platform, v.Go, v.PackFormat, v.RecipeVersion)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

// noSuchThing distinguishes a mistyped command from a missing photo.
func noSuchThing(cmd *cobra.Command, arg string) error {
	hint := ""
	if cmd.SuggestionsMinimumDistance = 2; !strings.ContainsAny(arg, "./\\") {
		if s := cmd.SuggestionsFor(arg); len(s) > 0 {
			hint = fmt.Sprintf("; did you mean %q?", s[0])
		}
	}
	return usagef("no command and no photo is named %q%s", arg, hint)
}
