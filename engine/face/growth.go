package face

// Constants of what may grow over the background.
const (
	growthWidth = 15.0 / 256 // least width, as a share of the side, of what grows there
	growthSolid = 0.5        // share of a person from which it counts
)

// Grown returns the matte of an edited picture without what of it appears in
// front of the photo's background, away from the person there, and is slight:
// hair that grows long may cover the background, but a lock, a smear or a rim that an
// edit leaves beside the head would only look like a ghost. person are the photo's
// mattes, one at least; all have the same side.
func Grown(edited Matte, person ...Matte) Matte {
	side := edited.Side
	fresh := make([]bool, side*side)
	for i, v := range edited.Alpha {
		fresh[i] = v >= growthSolid
		for _, p := range person {
			fresh[i] = fresh[i] && p.Alpha[i] < growthSolid
		}
	}
	reach := max(int(growthWidth*float64(side)/2+0.5), 1)
	// What is left of it when a frame of its width has been taken off, and what that
	// touches: two more, for the soft edge.
	core := spread(fresh, side, reach, (2*reach+1)*(2*reach+1))
	kept := spread(core, side, reach+2, 1)
	out := Matte{Side: side, Alpha: make([]float32, side*side)}
	for i, v := range edited.Alpha {
		most := float32(0)
		for _, p := range person {
			most = max(most, p.Alpha[i])
		}
		if !kept[i] {
			v = min(v, most)
		}
		out.Alpha[i] = v
	}
	return out
}

// spread tells of every cell whether at least so many of those within reach of it,
// in a square around it, are set.
func spread(m []bool, side, reach, least int) []bool {
	rows, out := make([]int, side*side), make([]bool, side*side)
	for y := range side {
		n := 0
		for x := -reach; x < side; x++ {
			if x+reach < side && m[y*side+x+reach] {
				n++
			}
			if x > reach && m[y*side+x-reach-1] {
				n--
			}
			if x >= 0 {
				rows[y*side+x] = n
			}
		}
	}
	for x := range side {
		n := 0
		for y := -reach; y < side; y++ {
			if y+reach < side {
				n += rows[(y+reach)*side+x]
			}
			if y > reach {
				n -= rows[(y-reach-1)*side+x]
			}
			if y >= 0 {
				out[y*side+x] = n >= least
			}
		}
	}
	return out
}
