package main

import (
	"github.com/spf13/cobra"

	"menshen/recognizer/eye"
)

// eyeVerb is the child process that holds the camera and OpenCV; only menshen itself starts it.
func eyeVerb() *cobra.Command {
	return &cobra.Command{
		Use:    "eye",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(*cobra.Command, []string) error { return eye.Main(3) },
	}
}
