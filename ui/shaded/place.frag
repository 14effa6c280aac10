/* What Fyne gives to every shader: the size of the frame, and this object's corners in it, in
   device pixels from the upper left. */
uniform vec2 frame;
uniform vec4 bounds;

/* The middle of this device pixel, from the object's upper left. */
vec2 here()
{
    return vec2(gl_FragCoord.x - bounds.x, frame.y - gl_FragCoord.y - bounds.y);
}

/* Fyne draws a pixel more than the object on each side. */
bool outside(vec2 at)
{
    vec2 size = bounds.zw - bounds.xy;
    return at.x < 0.0 || at.y < 0.0 || at.x > size.x || at.y > size.y;
}

/* The colour of a picture whose pixels have a size as a share of it. Where sharp is 1, it is that
   of the one pixel under a place: in the middle of a pixel a linear texture is not mixed. */
vec4 look(sampler2D picture, vec2 place, vec2 sharp, vec2 pixel)
{
    return texture2D(picture, mix(place, floor(place) + 0.5, sharp) * pixel);
}
