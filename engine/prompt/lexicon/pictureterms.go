package lexicon

import (
	"maps"
	"regexp"
	"strings"
)

// Users paste prompts that were written for image generators. Such a prompt has many
// terms about the image: its quality, lens, medium and lighting. An edit of a face
// cannot change any of these, but the words would still move Δt ("85mm" looks old to
// the sentence encoder). They are removed from the text that is encoded, and reported.

// pictureTerms never describe a face, in any position. Words of one term are joined by
// "_".
var pictureTerms = Set(`
	masterpiece masterpieces masterwork best_quality high_quality highest_quality top_quality
	ultra_quality low_quality worst_quality premium_quality
	highly_detailed ultra_detailed extremely_detailed insanely_detailed hyper_detailed very_detailed
	super_detailed intricate_details intricate_detail fine_details high_detail ultra-detailed
	highly-detailed hyperdetailed ultradetailed hyper-detailed insane_details best_details absurdres
	hyperrealistic hyper-realistic hyper_realistic hyperrealism photorealistic photo-realistic
	photo_realistic photorealism ultra_realistic ultra-realistic ultrarealistic realistic_photo raw_photo
	high_resolution high-resolution hires hi-res high_res highres ultra_hd ultra-hd uhd full_hd fhd hd hdr
	high_definition high-definition high_dynamic_range 16-bit 8-bit
	sharp_focus tack_sharp crisp_focus 
	film_grain grainy_film lens_flare chromatic_aberration motion_blur long_exposure
	double_exposure tilt-shift vignette vignetting anamorphic telephoto telephoto_lens macro_lens
	macro_photography prime_lens wide_angle wide-angle wide_angle_lens wide-angle_lens fisheye
	fisheye_lens zoom_lens 50mm_lens camera_lens portrait_lens shutter_speed
	low_angle_shot low_angle high_angle_shot high_angle dutch_angle eye_level_shot full_body full-body
	full_body_shot full_length upper_body half_body medium_shot wide_shot extreme_close-up
	rule_of_thirds golden_ratio centered_composition symmetrical_composition 
	trending_on_artstation artstation deviantart behance pixiv cgsociety unsplash flickr pinterest
	featured_on_behance award_winning award-winning award_winning_photo
	award-winning_photo award_winning_photography award-winning_photography prize_winning
	professional_photo professional_photography professional_photograph professional_headshot
	studio_photo studio_photography studio_portrait editorial_photo editorial_photography
	fashion_photography fashion_editorial portrait_photography street_photography stock_photo
	photography photoshoot photo_shoot shot_on_film analog_photo analog_film analogue_photo film_photo
	35mm_film polaroid kodachrome kodak_portra kodak_portra_400 portra_400 kodak fujifilm fuji_velvia
	cinestill ilford canon canon_eos eos nikon hasselblad leica sony_alpha gopro dslr slr
	shot_on_iphone shot_on_canon shot_on_nikon shot_on_sony shot_with_canon shot_on
	unreal_engine unreal_engine_5 octane_render octane blender_render vray v-ray ray_tracing raytracing
	ray_traced ray-traced global_illumination 3d_render cgi physically_based_rendering
	subsurface_scattering digital_art digital_painting concept_art matte_painting 
	cinematic cinematic_still film_still movie_still cinematic_shot cinematic_photo cinematic_portrait
	color_grading colour_grading color_graded colour_graded color_grade
	vintage_photo vintage_photograph old_photo old_photograph retro_photo faded_photo
	black_and_white_photo black_and_white_photograph black_and_white_photography
	black_and_white_portrait black-and-white_photo b&w_photo b&w monochrome_photo grayscale
	greyscale sepia_tone sepia_photo
	by_annie_leibovitz by_greg_rutkowski greg_rutkowski annie_leibovitz steve_mccurry
	1girl 1boy solo looking_at_viewer illustration digital_illustration detailed_face
	detailed_eyes detailed_skin detailed_skin_texture skin_texture high_detailed_skin realistic_skin_texture
	midjourney stable_diffusion dall-e sdxl
`)

// styles are lighting, and what a lens makes of the background, as photographers and
// image generators name them. Beside another request they are a style and are removed;
// alone they are the request. Plain words for light, such as "bright light", are always
// a request.
var styles = Set(`
	bokeh bokeh_effect beautiful_bokeh depth_of_field shallow_depth_of_field dof soft_focus monochrome
	golden_hour golden_hour_lighting golden_hour_light golden_hour_sunlight golden-hour_lighting
	golden-hour_light golden-hour blue_hour blue_hour_lighting blue_hour_light magic_hour
	magic_hour_lighting cinematic_lighting cinematic_light studio_lighting studio_light studio_lights
	professional_lighting professional_studio_lighting volumetric_lighting volumetric_light
	dramatic_lighting dramatic_light soft_lighting soft_light soft_studio_lighting natural_lighting
	natural_light soft_natural_light ambient_lighting ambient_light rim_lighting rim_light
	rembrandt_lighting rembrandt_light butterfly_lighting loop_lighting split_lighting
	three-point_lighting softbox_lighting softbox diffused_lighting diffused_light diffuse_lighting
	god_rays sun_rays neon_lighting neon_light neon_lights perfect_lighting beautiful_lighting
	moody_lighting atmospheric_lighting warm_lighting warm_light hard_lighting window_light
	backlit backlighting backlight back_lighting accent_lighting cinematic_golden_hour_lighting
	chiaroscuro chiaroscuro_lighting
`)

// pictureNouns are words for an image. The text encoder learned that they ask for
// nothing; they are removed, and reported, only beside other terms.
var pictureNouns = Set(`
	photo photograph picture image portrait headshot close-up closeup selfie snapshot shot
	photo_portrait portrait_photo portrait_photograph close-up_portrait close_up closeup_portrait
	close-up_photo close-up_shot closeup_shot headshot_photo portrait_shot
`)

// longestTerm is the number of words of the longest term.
const longestTerm = 4

// measures are terms that contain a number: focal lengths, apertures, resolutions, film
// speeds, exposure times.
var measures = regexp.MustCompile(`^(\d{1,3}(-\d{1,3})?mm|f/?\d{1,2}([.,]\d)?|ƒ/?\d([.,]\d)?|\d{1,2}k|iso\d{2,5}|\d{3,5}[x×]\d{3,5}|\d{3,4}p|1/\d{2,4}s?|\d{1,3}mp|\d{2,4}dpi|\d{2,3}fps|\d{1,2}:\d{1,2}|score_\d(_up)?)$`)

// spacedMeasures are the same in two words.
var spacedMeasures = regexp.MustCompile(`^(\d{1,3}_mm|f_\d{1,2}([.,]\d)?|iso_\d{2,5}|\d{1,3}_megapixels?|\d{2,4}_dpi|score_\d|\d{1,2}k_(resolution|uhd|hdr|quality|wallpaper))$`)

// afterMeasure are words that belong to the preceding measure.
var afterMeasure = Set(`lens focal length film resolution aperture photo photograph portrait uhd hdr camera aspect ratio up`)

// brands may be followed by the names of their models.
var brands = Set(`canon eos nikon sony alpha fujifilm leica hasselblad kodak portra iphone cinestill ilford fuji`)

var model = regexp.MustCompile(`^([a-z]*-?\d+[a-z]*|mark|ii|iii|iv|v|pro|max|plus|ultra|alpha|eos)$`)

// prepositions may precede a term, and are removed with it.
var prepositions = Set(`in with at by under during on of from using and`)

// SplitTerms removes the words about the image, and the marks and settings of image
// generators, from a prompt. rest is the text without them; gone are the settings, then the
// terms, as they were typed, in order, nil for none. rest is "" for a
// text that has nothing else.
func SplitTerms(text string) (rest string, gone []string) {
	text, gone = withoutMarkup(text)
	clauses := Clauses(text)
	for i := range clauses {
		clauses[i].mark(pictureTerms, true)
	}
	// Lighting is a style only beside something else.
	others := func(except int) bool {
		for i, c := range clauses {
			if i != except && c.hasContent() {
				return true
			}
		}
		return false
	}
	for i := range clauses {
		c := &clauses[i]
		styled := *c
		styled.gone = maps.Clone(c.gone)
		styled.mark(styles, false)
		if styled.hasContent() || others(i) {
			clauses[i] = styled
		}
	}
	found := len(gone) > 0
	for _, c := range clauses {
		found = found || len(c.gone) > 0
	}
	if !found {
		return text, nil
	}
	for i := range clauses {
		clauses[i].mark(pictureNouns, true)
	}
	var kept []string
	for _, c := range clauses {
		k, g := c.parts()
		if k != "" {
			kept = append(kept, k)
		}
		gone = append(gone, g...)
	}
	return strings.Join(kept, ", "), gone
}

// Clause is a part of a prompt between commas.
type Clause struct {
	Words []Word
	gone  map[int]bool // the indices of the words that are removed
}

// Clauses splits at commas, semicolons, bars and line ends.
func Clauses(text string) []Clause {
	var out []Clause
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\n\r", r) }) {
		if words := Split(part); len(words) > 0 {
			out = append(out, Clause{words, map[int]bool{}})
		}
	}
	return out
}

// hasContent reports whether the words of the clause that are not removed ask for
// something.
func (c Clause) hasContent() bool {
	for i, w := range c.Words {
		if !c.gone[i] && w.Content() {
			return true
		}
	}
	return false
}

// mark marks the terms in the clause as removed, the longest first. Unless they may
// occur anywhere, a term must begin the clause or follow a preposition, and end the
// clause or precede a word that begins something else, so that "bright studio lights"
// and "window light from the left" are not removed.
func (c *Clause) mark(terms map[string]bool, anywhere bool) {
	for i := 0; i < len(c.Words); i++ {
		if c.gone[i] {
			continue
		}
		n := c.termAt(i, terms)
		if longer := c.termAt(i, styles); longer > n { // "cinematic lighting"
			if anywhere {
				i += longer - 1
				continue
			}
			n = longer
		}
		if n == 0 || !anywhere && !c.apart(i, i+n) {
			continue
		}
		for k := i; k < i+n; k++ {
			c.gone[k] = true
		}
		i += n - 1
	}
}

// termAt returns the number of words of the longest term that begins at word i.
func (c *Clause) termAt(i int, terms map[string]bool) int {
	for n := min(longestTerm, len(c.Words)-i); n > 0; n-- {
		var keys []string
		for k := i; k < i+n && !c.gone[k]; k++ {
			keys = append(keys, c.Words[k].Key)
		}
		if len(keys) < n || keys[0] == "" {
			continue
		}
		key := strings.Join(keys, "_")
		last := i + n
		measure := n == 1 && measures.MatchString(key) || n == 2 && spacedMeasures.MatchString(key)
		switch {
		case measure:
			for last < len(c.Words) && afterMeasure[c.Words[last].Key] {
				last++
			}
			// "20 mm" may be the length of a beard.
			if strings.HasSuffix(key, "mm") && last < len(c.Words) && c.Words[last].Content() && c.termAt(last, terms) == 0 {
				return 0
			}
			return last - i
		case terms[key]:
			for brands[c.Words[last-1].Key] && last < len(c.Words) && model.MatchString(c.Words[last].Key) {
				last++
				if last < len(c.Words) && model.MatchString(c.Words[last].Key) {
					last++ // "5D Mark IV"
				}
			}
			return last - i
		}
	}
	return 0
}

// apart reports whether the words in [from, to) are separate from the rest of the
// clause.
func (c *Clause) apart(from, to int) bool {
	before := from - 1
	begins := before < 0 || c.gone[before] || prepositions[c.Words[before].Key] || leadsOnly[c.Words[before].Key]
	return begins && (to == len(c.Words) || c.gone[to] || nextWish[c.Words[to].Key])
}

// nextWish are words that begin something else after a term.
var nextWish = Set(`and with in while`)

// leadsOnly are words that may stand between a preposition and a term.
var leadsOnly = Set(`a an the`)

// parts returns the remaining text and the removed terms, one for each run of words.
// Articles and prepositions that only preceded a term are removed without being
// reported.
func (c Clause) parts() (kept string, gone []string) {
	all := maps.Clone(c.gone)
	for i := len(c.Words) - 2; i >= 0; i-- { // those that precede a term
		if key := c.Words[i].Key; all[i+1] && (prepositions[key] || leadsOnly[key]) {
			all[i] = true
		}
	}
	for i := 1; i < len(c.Words); i++ { // "photo of"
		if key := c.Words[i].Key; c.gone[i-1] && (key == "of" || key == "") {
			all[i] = true
		}
	}
	return Without(c.Words, all), Phrases(c.Words, c.gone)
}
