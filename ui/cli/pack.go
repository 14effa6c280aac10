package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deltaedit/engine/pack"
	"deltaedit/ui/cli/progress"
)

func (p *Program) packCommand() *cobra.Command {
	cmd := group(&cobra.Command{Use: "pack", Short: "List, verify and add model packs"})
	cmd.AddCommand(p.packList(), p.packVerify(), p.packAdd())
	return cmd
}

// listing is the JSON form of a pack.
type listing struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Title   string `json:"title"`
	Dir     string `json:"dir"`
	OK      bool   `json:"ok"`
	Error   string `json:"error,omitempty"`
}

func (p *Program) packList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the packs that can be found",
		Args:  exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			all := []listing{}
			for _, l := range pack.List() {
				out := listing{Name: l.Name, Version: l.Version, Title: l.Title, Dir: l.Dir, OK: l.Err == nil}
				if l.Err != nil {
					out.Error = l.Err.Error()
				}
				all = append(all, out)
			}
			if asJSON {
				return printJSON(p.Stdout, map[string]any{"packs": all})
			}
			if len(all) == 0 {
				fmt.Fprintln(p.Stderr, "no packs found: run make setup")
			}
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			for _, l := range all {
				note := l.Title
				if !l.OK {
					note = l.Error
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Name, l.Version, l.Dir, note)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

func (p *Program) packVerify() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [PACK]",
		Short: "Compare a pack's files and tensors with its manifest (default the built-in pack)",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("too many arguments: %q; one pack is verified at a time", args[1:])
			}
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			dir, err := pack.Find(name)
			if err != nil {
				return err
			}
			pr := progress.New(p.Stderr)
			defer pr.End()
			pr.Say("Checking the pack in " + dir)
			pk, err := verify(cmd.Context(), dir)
			if err != nil {
				return err
			}
			m := pk.Manifest()
			if asJSON {
				return printJSON(p.Stdout, listing{Name: pk.Name(), Version: m.Version, Title: m.Title, Dir: dir, OK: true})
			}
			fmt.Fprintf(p.Stdout, "%s %s: %d files, all as the manifest says\n", pk.Name(), m.Version, len(m.Files))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

func (p *Program) packAdd() *cobra.Command {
	return &cobra.Command{
		Use:   "add DIR",
		Short: "Verify a pack and copy it into the user's folder of packs",
		Args:  exactly(1, "DIR, the pack's folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			pr := progress.New(p.Stderr)
			defer pr.End()
			pr.Say("Adding the pack")
			if _, err := verify(cmd.Context(), args[0]); err != nil {
				return err
			}
			dir, err := pack.Add(cmd.Context(), args[0], nil)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.Stdout, "added %s\n", dir)
			return nil
		},
	}
}
