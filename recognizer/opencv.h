// What gocv 0.31 has no call for, or only one that leaks. Nets and Mats are those inside gocv's wrappers.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif
// Bounds the threads that OpenCV uses in this process.
void menshen_set_threads(int n);
// Runs a cv::dnn::Net once and lets each cv::Mat of outputs be the blob of that name. 0 when it went well; otherwise what
// OpenCV says about it is in why, of room bytes.
int menshen_forward(void *net, char *const *names, void *const *outputs, int n, char *why, int room);
#ifdef __cplusplus
}
#endif
