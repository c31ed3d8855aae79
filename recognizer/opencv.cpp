#include "opencv.h"

#include <cstdio>
#include <exception>
#include <vector>

#include <opencv2/core/utility.hpp>
#include <opencv2/dnn.hpp>

void menshen_set_threads(int n) { cv::setNumThreads(n); }

int menshen_forward(void *net, char *const *names, void *const *outputs, int n, char *why, int room) try {
  auto &run = *static_cast<cv::dnn::Net *>(net);
  auto out = [&](int i) -> cv::Mat & { return *static_cast<cv::Mat *>(outputs[i]); };
  if (n == 1) { // the network's own memory
    out(0) = run.forward(names[0]);
    return 0;
  }
  std::vector<cv::Mat> blobs; // copies; they go where those of the last run were
  for (int i = 0; i < n; i++) blobs.push_back(out(i));
  run.forward(blobs, std::vector<cv::String>(names, names + n));
  for (int i = 0; i < n; i++) out(i) = blobs[i];
  return 0;
} catch (const std::exception &e) {
  std::snprintf(why, room, "%s", e.what());
  return 1;
}
