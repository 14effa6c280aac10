uniform sampler2D before;
uniform float beforeFirstX, beforeFirstY, beforeStepX, beforeStepY;
uniform float beforeSharpX, beforeSharpY, beforePixelX, beforePixelY;

uniform sampler2D after;
uniform float afterFirstX, afterFirstY, afterStepX, afterStepY;
uniform float afterSharpX, afterSharpY, afterPixelX, afterPixelY;

/* By how much differences are enlarged. */
uniform float gain;

void main()
{
    vec2 at = here();
    if (outside(at)) {
        discard;
    }
    vec4 a = look(before, vec2(beforeFirstX, beforeFirstY) + at * vec2(beforeStepX, beforeStepY),
        vec2(beforeSharpX, beforeSharpY), vec2(beforePixelX, beforePixelY));
    vec4 b = look(after, vec2(afterFirstX, afterFirstY) + at * vec2(afterStepX, afterStepY),
        vec2(afterSharpX, afterSharpY), vec2(afterPixelX, afterPixelY));
    gl_FragColor = vec4(min(abs(a.rgb - b.rgb) * gain, 1.0), 1.0);
}
