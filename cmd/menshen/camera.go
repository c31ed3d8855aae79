package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"menshen/board/config"
	"menshen/hal/camera/libcamera"
	"menshen/hal/camera/pipe"
)

func cameraVerb() *cobra.Command {
	var file, source string
	s := libcamera.Service{Pipe: pipe.Path}
	c := &cobra.Command{
		Use:   "camera",
		Short: "give the frames of a camera on a ribbon cable to the door",
		Long: `Reads the camera that the configuration names, [camera] source = "libcamera", through
GStreamer, and writes its frames into a named pipe, where the door's eye reads them. The camera is
on only while the eye looks. The service menshen-camera runs it, as a user of its own. Where the
configuration names another kind of camera it ends at once.`,
		Example: "  menshen camera --config door.toml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := config.Load(file)
			if err != nil {
				return err
			}
			s.Log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil))
			if !conf.Camera.OfLibcamera() {
				s.Log.Info("nothing to do: [camera] source names no camera of libcamera", "source", conf.Camera.Source)
				return nil
			}
			if s.Camera, err = libcamera.Parse(conf.Camera.Source); err != nil {
				return fmt.Errorf("[camera] source: %w", err)
			}
			if words := strings.Fields(source); len(words) > 0 {
				s.Source = libcamera.Source{Elements: words, Plugins: words[:1]}
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			if dog, err := libcamera.NewWatchdog(libcamera.Hangs); err != nil {
				s.Log.Warn("the watchdog is not used", "error", err)
			} else {
				defer dog.Close()
				s.Alive = dog.Feed
			}
			return s.Run(ctx)
		},
	}
	c.Flags().StringVar(&file, "config", "/etc/menshen/door.toml", "the unit's configuration")
	c.Flags().StringVar(&s.Pipe, "pipe", s.Pipe, "the named pipe")
	c.Flags().StringVar(&source, "source", "", "another element of GStreamer in the camera's place, for tests")
	for _, hidden := range []string{"pipe", "source"} {
		c.Flags().Lookup(hidden).Hidden = true
	}
	return c
}
