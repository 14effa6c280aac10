package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// Read returns the lines of a log. A last line that is still being written is
// left out.
func Read(path string) ([]Line, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	end := bytes.LastIndexByte(data, '\n')
	if end < 0 {
		return nil, nil
	}
	var lines []Line
	for n, text := range bytes.Split(data[:end], []byte("\n")) {
		var l Line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("trace: %s, line %d: %w", path, n+1, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
