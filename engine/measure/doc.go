// Package measure finds out which execution provider runs a pack's generator
// fastest on this machine, and remembers it.
//
// The work that is measured is the real one: the first preview and the full picture
// of a random style code, by the pack's own graphs. The CPU comes first; its
// picture is what those of the others have to agree with. Where only the CPU can be
// used nothing is measured. What was decided is kept in a file in the user's cache
// folder, together with everything that it depends on (Key): another driver,
// processor, runtime library or pack is measured anew.
package measure
