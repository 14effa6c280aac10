package photo

// Notice is a message to the user about a part of a photo that could not be used as
// it is. Its text is a sentence without the full stop.
type Notice string

// Notices of a photo.
const (
	// NoticeProfileDamaged says that the colour profile could not be read.
	NoticeProfileDamaged Notice = "the photo's colour profile is damaged and was ignored: colours are taken as sRGB"
	// NoticeProfileTables says that the colour profile is of a kind that is
	// not applied. It is kept in the export.
	NoticeProfileTables Notice = "the photo's colour profile is made of look-up tables, which are not applied: the edit may be off in colour"
	// NoticeProfileMisfit says that the profile is for other colours.
	NoticeProfileMisfit Notice = "the photo's colour profile is for another kind of picture and was ignored: colours are taken as sRGB"
	// NoticeCMYK says how printing colours were turned into RGB.
	NoticeCMYK Notice = "the photo is in printing colours (CMYK), which were turned into RGB without their profile: colours may differ from print"
	// NoticeColourUnknown says that the file describes its colours by a code that
	// is not known here.
	NoticeColourUnknown Notice = "the photo's description of its colours (cICP) is of a kind that is not known and was ignored: colours are taken as sRGB"
	// NoticeMetadataDamaged says that EXIF data or XMP could not be read.
	NoticeMetadataDamaged Notice = "the photo's camera data (EXIF or XMP) is damaged and was left out"
	// NoticeEndMissing says that the file ends too early, behind the pixels.
	NoticeEndMissing Notice = "the end of the photo's file is missing, but all of its pixels are there"
	// NoticeEndLost says that the file ends too early, with the last pixels.
	NoticeEndLost Notice = "the end of the photo's file is missing: the last pixels at its lower right may be wrong"
	// NoticeChunksDamaged says that something beside the pixels is damaged.
	NoticeChunksDamaged Notice = "a part of the photo's file that holds no pixels is damaged and was left out"
	// NoticeGainMap says that the photo has a gain map (Ultra HDR and its like).
	NoticeGainMap Notice = "the photo has a gain map for HDR screens, which does not fit an edit: the export is the photo's standard picture"
	// NoticeDepth says that the photo has a depth map or a person's outline beside it,
	// as portrait modes store them.
	NoticeDepth Notice = "the photo's file holds a depth map as well (of a portrait mode), which does not fit an edit: it is left out of the export"
	// NoticeVideo says that the photo is a motion photo.
	NoticeVideo Notice = "the photo's file holds a short video as well (a motion photo): only the picture is edited and exported"
	// NoticeMorePictures says that the file holds more views, pages or frames.
	NoticeMorePictures Notice = "the photo's file holds more pictures (views, pages or frames): only the first is edited and exported"
)
