/* How far a mask reaches, in red. */
uniform sampler2D mask;
/* The place of the mask at the object's upper left, and how far from it the next device pixels are,
   as shares of the mask. */
uniform float cornerX, cornerY, rightX, rightY, belowX, belowY;
/* The colour, and its opacity where the mask reaches in full. */
uniform float red, green, blue, opacity;

void main()
{
    vec2 at = here();
    vec2 place = vec2(cornerX, cornerY) + at.x * vec2(rightX, rightY) + at.y * vec2(belowX, belowY);
    if (outside(at) || place.x < 0.0 || place.y < 0.0 || place.x > 1.0 || place.y > 1.0) {
        discard;
    }
    gl_FragColor = vec4(red, green, blue, opacity * texture2D(mask, place).r);
}
