package engine

import (
	"context"
	"errors"
)

// LoadPack opens a model pack, verifies it, and opens its sessions.
func LoadPack(context.Context, Options, Report) (Pipeline, error) {
	return nil, errors.New("not wired yet")
}
