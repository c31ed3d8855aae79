#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Bounds the threads that OpenCV uses in this process.
void menshen_set_threads(int n);

#ifdef __cplusplus
}
#endif
