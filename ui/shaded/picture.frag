uniform sampler2D picture;
uniform float pictureFirstX, pictureFirstY, pictureStepX, pictureStepY;
uniform float pictureSharpX, pictureSharpY, picturePixelX, picturePixelY;

void main()
{
    vec2 at = here();
    if (outside(at)) {
        discard;
    }
    gl_FragColor = look(picture,
        vec2(pictureFirstX, pictureFirstY) + at * vec2(pictureStepX, pictureStepY),
        vec2(pictureSharpX, pictureSharpY), vec2(picturePixelX, picturePixelY));
}
