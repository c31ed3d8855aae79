package policy

// Reason is why an attempt was granted or refused, or why the relay moved. Its words are in reason_text.go.
type Reason string
