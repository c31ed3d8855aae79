package libcamera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// Rate is the frames a second at most.
const Rate = 15

// Source is the first part of a pipeline, in gst-launch's words, and the plugins that it needs.
type Source struct {
	Elements []string
	Plugins  []string
}

// source is the camera itself. A view-finder's picture comes soonest and is small.
func (c Camera) source() Source {
	s := Source{Elements: []string{"libcamerasrc", "src::stream-role=view-finder"}, Plugins: []string{"libcamera"}}
	if c.ID != "" {
		s.Elements = append(s.Elements, "camera-name="+c.ID)
	}
	return s
}

// command gives the pipeline as a command line: frames as BGR to descriptor 3, at most Rate a
// second, and of those that wait for conversion only the newest.
func (c Camera) command(from Source) ([]string, error) {
	plugins, err := load(append([]string{"coreelements", "videoconvert", "videorate"}, from.Plugins...))
	if err != nil {
		return nil, err
	}
	size := fmt.Sprintf("width=%d,height=%d", c.Width, c.Height)
	words := []string{"gst-launch-1.0", "-q", "--gst-plugin-load=" + plugins}
	words = append(words, from.Elements...)
	return append(words,
		"!", "video/x-raw,"+size,
		"!", "videorate", "drop-only=true", fmt.Sprintf("max-rate=%d", Rate),
		"!", "queue", "leaky=downstream", "max-size-buffers=1",
		"!", "videoconvert",
		"!", "video/x-raw,format=BGR,"+size,
		"!", "fdsink", "fd=3", "sync=false"), nil
}

// ErrMissing: a part of GStreamer is not installed.
var ErrMissing = errors.New("GStreamer is not complete")

// pluginDirs are where distributions keep GStreamer's plugins.
var pluginDirs = []string{"/usr/lib/*/gstreamer-1.0", "/usr/lib/gstreamer-1.0"}

// load gives the paths of the named plugins, for gst-launch to load these and no others: then it
// neither searches for plugins nor writes down what it has found.
func load(names []string) (string, error) {
	var paths []string
	for _, name := range names {
		path := find(name)
		if path == "" && name == "videoconvert" {
			path = find("videoconvertscale") // its name since 1.22
		}
		if path == "" {
			return "", fmt.Errorf("%w: plugin %s is missing: "+
				"apt-get install gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-libcamera", ErrMissing, name)
		}
		paths = append(paths, path)
	}
	return strings.Join(paths, ","), nil
}

// Missing names a part of GStreamer that this machine lacks for a camera of libcamera; empty: none.
func Missing() string {
	if _, err := exec.LookPath("gst-launch-1.0"); err != nil {
		return "gst-launch-1.0"
	}
	for _, plugin := range []string{"coreelements", "videorate", "libcamera"} {
		if find(plugin) == "" {
			return "GStreamer's plugin " + plugin
		}
	}
	return ""
}

func find(plugin string) string {
	for _, dir := range pluginDirs {
		if found, _ := filepath.Glob(filepath.Join(dir, "libgst"+plugin+".so")); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}

// environment is all that the pipeline gets of ours, and what keeps it to its sandbox: no registry
// of plugins, no code made at run time, freed memory overwritten (R-STRANGER).
func environment() []string {
	env := []string{
		"PATH=/usr/bin:/bin", "GST_REGISTRY_DISABLE=yes", "ORC_CODE=backup", "GLIBC_TUNABLES=glibc.malloc.perturb=90",
	}
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "LIBCAMERA_") { // such as LIBCAMERA_RPI_TUNING_FILE
			env = append(env, v)
		}
	}
	return env
}

// pipeline is a running program that writes frames.
type pipeline struct {
	cmd    *exec.Cmd
	frames *os.File
	size   Camera
}

// start runs a command that writes frames of the camera's size to its descriptor 3. It ends with
// ctx.
func start(ctx context.Context, command []string, size Camera) (*pipeline, error) {
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the camera: %w", err)
	}
	defer theirs.Close()
	pipe.Widen(ours, size.Width*size.Height*3)
	p := &pipeline{cmd: exec.CommandContext(ctx, command[0], command[1:]...), frames: ours, size: size}
	p.cmd.ExtraFiles = []*os.File{theirs}
	p.cmd.Stdout, p.cmd.Stderr = os.Stderr, os.Stderr
	p.cmd.Env = environment()
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // libcamera's own processes end too
	p.cmd.Cancel = p.kill
	if err := p.cmd.Start(); err != nil {
		ours.Close()
		if errors.Is(err, exec.ErrNotFound) {
			err = fmt.Errorf("%w: %w: apt-get install gstreamer1.0-tools", ErrMissing, err)
		}
		return nil, fmt.Errorf("start the camera: %w", err)
	}
	return p, nil
}

// Errors of a pipeline.
var (
	errSilent = errors.New("the camera gives no frames")
	errEnded  = errors.New("the camera's pipeline ended")
)

// read waits for the next frame. What is less than a whole frame is dropped.
func (p *pipeline) read(f *hal.Frame, patience time.Duration) error {
	n := p.size.Width * p.size.Height * 3
	if cap(f.BGR) < n {
		f.BGR = make([]byte, n)
	}
	f.Width, f.Height, f.BGR = p.size.Width, p.size.Height, f.BGR[:n]
	p.frames.SetReadDeadline(time.Now().Add(patience))
	switch got, err := io.ReadFull(p.frames, f.BGR); {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w for %v (%d bytes of one came)", errSilent, patience, got)
	default: // its standard error has said more
		return fmt.Errorf("%w with %d bytes of a frame: %w", errEnded, got, err)
	}
}

// stop ends the program and waits for it.
func (p *pipeline) stop() {
	p.kill()
	p.cmd.Wait() // that it was killed is no news
	p.frames.Close()
}

func (p *pipeline) kill() error { return syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }
