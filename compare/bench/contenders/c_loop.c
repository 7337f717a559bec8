/* One epoch of U units on N rows of D pixels: gather a row, weigh it, and after each batch take the step.

   W is (U, D) here, so that every unit's weights lie side by side. */
#include <math.h>
#include <stdint.h>
#include <string.h>

static float dot(const float *restrict x, const float *restrict w, int64_t D) {
    float sum = 0;
#pragma omp simd reduction(+ : sum) /* C adds in the order written, unless told that any order will do */
    for (int64_t d = 0; d < D; d++) sum += x[d] * w[d];
    return sum;
}

static void add(float *restrict sum, const float *restrict x, float factor, int64_t D) {
    for (int64_t d = 0; d < D; d++) sum[d] += factor * x[d];
}

/* dz: (batch_size, U) and dw: (D,) are room to work in. */
void epoch(const float *restrict X, const float *restrict y, const int64_t *restrict order, int64_t N, int64_t D,
           int64_t U, int64_t batch_size, float rate, float *restrict W, float *restrict b, float *restrict dz,
           float *restrict dw) {
    for (int64_t start = 0; start < N; start += batch_size) {
        int64_t n = N - start < batch_size ? N - start : batch_size;
        float scale = 2.0f / (float)(n * U);
        for (int64_t i = 0; i < n; i++) {
            int64_t row = order[start + i];
            for (int64_t u = 0; u < U; u++) {
                float a = 1 / (1 + expf(-(dot(X + row * D, W + u * D, D) + b[u])));
                dz[i * U + u] = scale * (a - y[row * U + u]) * a * (1 - a);
            }
        }
        for (int64_t u = 0; u < U; u++) {
            float db = 0;
            memset(dw, 0, D * sizeof(float));
            for (int64_t i = 0; i < n; i++) {
                add(dw, X + order[start + i] * D, dz[i * U + u], D);
                db += dz[i * U + u];
            }
            add(W + u * D, dw, -rate, D);
            b[u] -= rate * db;
        }
    }
}
