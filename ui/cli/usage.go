package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// usageError is a mistake in the arguments, with exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// exactly requires n arguments; what is their name in the message.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usagef("missing argument: %s", what)
		case len(args) > n:
			return usagef("too many arguments: %q; flags come with two dashes, names with blanks in quotes", args[n:])
		}
		return nil
	}
}

// group makes cmd a command that only has subcommands.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("unknown command %q for %q", args[0], cmd.CommandPath())
		}
		return usagef("%q needs a command", cmd.CommandPath())
	}
	return cmd
}
