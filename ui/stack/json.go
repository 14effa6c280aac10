package stack

import (
	"encoding/json"
	"fmt"
)

// stored is a stack in a file.
type stored struct {
	Rows []Row `json:"rows"`
	// Hand counts from 0.
	Hand int `json:"hand"`
}

// MarshalJSON returns {"rows": […], "hand": 0}.
func (s Stack) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{s.Rows(), s.hand})
}

// UnmarshalJSON reads what MarshalJSON returns. A stack that this program cannot have
// written is an error.
func (s *Stack) UnmarshalJSON(data []byte) error {
	var in stored
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	out, err := Of(in.Rows, in.Hand)
	if err != nil {
		return fmt.Errorf("stack: %w", err)
	}
	*s = out
	return nil
}
