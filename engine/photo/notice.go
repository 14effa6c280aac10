package photo

// Notice tells the owner of a photo that something of it could not be taken as
// it is. Its text is a sentence without its full stop.
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
	// NoticeMetadataDamaged says that EXIF data or XMP could not be read.
	NoticeMetadataDamaged Notice = "the photo's camera data (EXIF or XMP) is damaged and was left out"
)
