/* The limit: mean hinge loss of a network 2-16-16-1 with relu, and its gradient, fused by hand.

   With this file one can see how fast the machine is. Compiled with -DREAL=double or -DREAL=float, it knows the network,
   its loss and its sizes before it runs, asks for no memory, and keeps all between input and gradient in the nearest
   cache. The 16 neurons of a layer lie side by side in registers, and a few examples are worked on at a time, so that a
   weight that has been read serves all of them, and so does an element of the gradient that is added to. */

#ifdef __AVX512F__
enum { BYTES = 64, TILE = 8 };
#else
enum { BYTES = 32, TILE = 2 };
#endif
enum { NEURONS = 16, LANES = BYTES / sizeof(REAL), PARTS = NEURONS / LANES, PARAMETERS = 337 };

typedef REAL lanes __attribute__((vector_size(BYTES), aligned(sizeof(REAL)), may_alias));
typedef __typeof__((lanes){0} > (lanes){0}) bits;
typedef struct { lanes part[PARTS]; } layer; /* a number for each neuron */

#define inlined static inline __attribute__((always_inline))
#define each_part for (int p = 0; p < PARTS; p++)

inlined lanes positive(lanes x, lanes z) { return (lanes)((bits)x & (bits)(z > 0)); }

/* `count` examples, a constant wherever this is called; gives the sum of their losses. */
inlined REAL examples(int count, REAL share, const REAL *X, const REAL *y, const layer W1[3], const layer W2[17],
                      const REAL *by_neuron, const layer *W3, REAL b3, layer G1[3], REAL *G2, layer g2[1], layer G3[1],
                      REAL *g3) {
    layer h1[TILE], z[TILE], d1[TILE], d2[TILE];
    REAL loss = 0;
    for (int n = 0; n < count; n++) each_part {
        lanes s = W1[0].part[p] * X[2 * n] + W1[1].part[p] * X[2 * n + 1] + W1[2].part[p];
        h1[n].part[p] = positive(s, s);
        z[n].part[p] = W2[NEURONS].part[p];
    }
    for (int k = 0; k < NEURONS; k++)
        for (int n = 0; n < count; n++) each_part z[n].part[p] += W2[k].part[p] * ((const REAL *)&h1[n])[k];
    for (int n = 0; n < count; n++) {
        layer h2;
        lanes products = {0};
        each_part {
            h2.part[p] = positive(z[n].part[p], z[n].part[p]);
            products += h2.part[p] * W3->part[p];
        }
        REAL out = b3;
        for (int i = 0; i < LANES; i++) out += products[i];
        REAL margin = 1 - y[n] * out, slope = margin > 0 ? -y[n] * share : 0;
        loss += margin > 0 ? margin : 0;
        *g3 += slope;
        each_part {
            G3->part[p] += h2.part[p] * slope;
            d2[n].part[p] = positive(W3->part[p] * slope, z[n].part[p]);
            g2->part[p] += d2[n].part[p];
            d1[n].part[p] = (lanes){0};
        }
    }
    for (int j = 0; j < NEURONS; j++) {
        const lanes *weights = (const lanes *)(by_neuron + j * (NEURONS + 1));
        for (int n = 0; n < count; n++) each_part d1[n].part[p] += weights[p] * ((const REAL *)&d2[n])[j];
    }
    for (int first = 0; first < NEURONS; first += TILE) {
        lanes total[TILE][PARTS];
        for (int j = 0; j < TILE; j++) each_part total[j][p] = ((lanes *)(G2 + (first + j) * (NEURONS + 1)))[p];
        for (int n = 0; n < count; n++)
            for (int j = 0; j < TILE; j++) each_part total[j][p] += h1[n].part[p] * ((const REAL *)&d2[n])[first + j];
        for (int j = 0; j < TILE; j++) each_part ((lanes *)(G2 + (first + j) * (NEURONS + 1)))[p] = total[j][p];
    }
    for (int n = 0; n < count; n++) each_part {
        lanes d = positive(d1[n].part[p], h1[n].part[p]);
        G1[0].part[p] += d * X[2 * n];
        G1[1].part[p] += d * X[2 * n + 1];
        G1[2].part[p] += d;
    }
    return loss;
}

/* theta and gradient: of every neuron its weights, then its bias. X: two features of each example. */
__attribute__((noinline)) REAL value_and_gradient(long count, const REAL *X, const REAL *y, const REAL *theta,
                                                  REAL *gradient) {
    layer W1[3], W2[NEURONS + 1], W3, G1[3] = {0}, g2 = {0}, G3 = {0};
    const REAL *first = theta, *second = theta + 48, *third = theta + 320;
    REAL *G2 = gradient + 48, g3 = 0, loss = 0, share = (REAL)1 / count;
    for (int j = 0; j < NEURONS; j++) {
        for (int k = 0; k < 3; k++) ((REAL *)&W1[k])[j] = first[3 * j + k];
        for (int k = 0; k < NEURONS + 1; k++) ((REAL *)&W2[k])[j] = second[(NEURONS + 1) * j + k];
        ((REAL *)&W3)[j] = third[j];
    }
    for (int i = 0; i < PARAMETERS; i++) gradient[i] = 0;
#define RUN(many)                                                                                                      \
    for (; n + many <= count; n += many)                                                                               \
        loss += examples(many, share, X + 2 * n, y + n, W1, W2, second, &W3, third[NEURONS], G1, G2, &g2, &G3, &g3);
    long n = 0;
    RUN(TILE)
    RUN(TILE / 2)
    RUN(1)
    for (int j = 0; j < NEURONS; j++) {
        for (int k = 0; k < 3; k++) gradient[3 * j + k] = ((REAL *)&G1[k])[j];
        G2[(NEURONS + 1) * j + NEURONS] = ((REAL *)&g2)[j];
        gradient[320 + j] = ((REAL *)&G3)[j];
    }
    gradient[320 + NEURONS] = g3;
    return loss * share;
}

/* The same over and over, so that the call from outside does not count. */
REAL rounds(long times, long count, const REAL *X, const REAL *y, const REAL *theta, REAL *gradient) {
    REAL value = 0;
    for (long i = 0; i < times; i++) value = value_and_gradient(count, X, y, theta, gradient);
    return value;
}
