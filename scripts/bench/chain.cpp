// The same five networks on the same picture by OpenCV alone: what a frame costs at the least. It does one frame for each line that it
// reads, and answers with milliseconds of processor time: the whole, its stages (detect, landmark, align, live and eyes, embed), and
// the networks' forward passes alone.
//
//   chain MODELS PICTURE
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include <opencv2/calib3d.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

using cv::Mat;

// Processor time of all threads, in milliseconds: other programs on the machine disturb it less than the clock on the wall.
static double now() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

struct Timed {
  cv::dnn::Net net;
  std::vector<cv::String> outputs;
  double spent = 0;
  std::vector<Mat> run(const Mat &blob) {
    double t = now();
    std::vector<Mat> out;
    net.setInput(blob, "input");
    net.forward(out, outputs);
    spent += now() - t;
    return out;
  }
};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  cv::setNumThreads(1);
  std::string dir = std::string(argv[1]) + "/";
  Mat frame = cv::imread(argv[2]);
  if (frame.empty()) return 1;
  Timed detect{cv::dnn::readNetFromONNX(dir + "fr_detect.onnx"), {"scores", "boxes"}};
  Timed landmark{cv::dnn::readNetFromONNX(dir + "fr_landmark.onnx"), {"output"}};
  Timed embed{cv::dnn::readNetFromONNX(dir + "fr_feature.onnx"), {"output"}};
  Timed live{cv::dnn::readNetFromONNX(dir + "fr_liveness.onnx"), {"output"}};
  Timed eye{cv::dnn::readNetFromONNX(dir + "fr_eye.onnx"), {"output"}};
  const std::vector<cv::Point2f> face = {{38.29f, 51.70f}, {73.53f, 51.50f}, {56.03f, 71.74f}, {41.55f, 92.37f}, {70.73f, 92.20f}};
  char line[16];
  while (std::fgets(line, sizeof line, stdin)) {
    std::vector<double> laps = {now()};
    auto lap = [&] { laps.push_back(now()); };
    for (Timed *t : {&detect, &landmark, &embed, &live, &eye}) t->spent = 0;
    auto found = detect.run(cv::dnn::blobFromImage(frame, 1 / 128.0, {320, 240}, {127, 127, 127}, true));
    const float *scores = found[0].ptr<float>(), *boxes = found[1].ptr<float>();
    int best = 0;
    for (size_t i = 0; i < found[0].total() / 2; i++)
      if (scores[2 * i + 1] > scores[2 * best + 1]) best = (int)i;
    float x0 = boxes[4 * best] * frame.cols, y0 = boxes[4 * best + 1] * frame.rows;
    float x1 = boxes[4 * best + 2] * frame.cols, y1 = boxes[4 * best + 3] * frame.rows, h = y1 - y0;
    lap();
    Mat grey, crop;
    cv::cvtColor(frame, grey, cv::COLOR_BGR2GRAY);
    auto square = [&](const Mat &from, float cx, float cy, float side) {
      cv::getRectSubPix(from, {int(side), int(side)}, {cx, cy}, crop);
      return crop;
    };
    auto points = landmark.run(cv::dnn::blobFromImage(square(grey, (x0 + x1) / 2, (y0 + y1) / 2 + .08f * h, h), 1 / 256.0, {64, 64}))[0];
    auto at = [&](int i) {
      return cv::Point2f((x0 + x1) / 2 - h / 2 + h * points.at<float>(0, 2 * i), (y0 + y1) / 2 - .42f * h + h * points.at<float>(0, 2 * i + 1));
    };
    lap();
    std::vector<cv::Point2f> five = {(at(37) + at(40)) / 2, (at(43) + at(46)) / 2, at(30), at(48), at(54)};
    Mat aligned, to = cv::estimateAffinePartial2D(five, face);
    cv::warpAffine(frame, aligned, to, {112, 112});
    lap();
    float side = std::min({2.7f * h, (float)frame.cols, (float)frame.rows});
    live.run(cv::dnn::blobFromImage(square(frame, (x0 + x1) / 2, (y0 + y1) / 2, side), 1, {128, 128}));
    for (int first : {36, 42}) {
      cv::Point2f a = at(first), b = at(first + 3), c = (a + b) / 2;
      eye.run(cv::dnn::blobFromImage(square(grey, c.x, c.y, std::max(2.f, 1.6f * (b.x - a.x))), 1 / 255.0, {24, 24}));
    }
    lap();
    embed.run(cv::dnn::blobFromImage(aligned, 1 / 128.0, {112, 112}, {127, 127, 127}));
    lap();
    double forward = 0;
    for (Timed *t : {&detect, &landmark, &embed, &live, &eye}) forward += t->spent;
    std::printf("%.4f", laps.back() - laps.front());
    for (size_t i = 1; i < laps.size(); i++) std::printf(" %.4f", laps[i] - laps[i - 1]);
    std::printf(" %.4f\n", forward);
    std::fflush(stdout);
  }
}
