// Command headless is the program without its window: it builds in seconds.
package main

import (
	"os"

	"deltaedit/ui/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
