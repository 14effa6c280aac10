package queue

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ErrFull means that the server has no room.
var ErrFull = errors.New("the store of the queue's server is full: make room there, or allow it more (max_file_store)")

// reason is what a person can do about an error; "" when the error says enough.
func reason(err error) string {
	var unknown x509.UnknownAuthorityError
	var invalid *tls.CertificateVerificationError
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrAccountAuthExpired):
		return "the server refuses the credentials: check --queue-creds, --queue-nkey or --queue-login"
	case errors.Is(err, nats.ErrPermissionViolation):
		return "the server does not let this user do that: allow it the subjects deltaedit.>, $JS.API.>, $O.>, $KV.> and _INBOX.>"
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return "the server has no JetStream: start it with -js, or enable JetStream for the account"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "the server offers no TLS, and photos are sent to other machines encrypted only: set up TLS there, or give --queue-plain if the network between is yours alone"
	case errors.Is(err, nats.ErrSecureConnRequired):
		return "the server wants TLS: begin its address with tls://"
	case errors.As(err, &unknown), errors.As(err, &invalid):
		return "the server's certificate is not trusted: name the file of its authority with --queue-ca"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return "the server of the queue does not answer"
	case errors.Is(err, nats.ErrNoServers):
		return "no server answers there: check the address, and whether the server runs"
	}
	return ""
}

// explain adds to an error what a person can do about it.
func explain(err error) error {
	if full(err) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	if why := reason(err); why != "" {
		return fmt.Errorf("%s: %w", why, err)
	}
	return err
}

// Codes of the server's errors that the client has no names for.
const (
	codeNoResources = 10023
	codeNoStorage   = 10047
	codeStoreFailed = 10077 // with the reason as text
)

// full reports whether the server has no room.
func full(err error) bool {
	var api *jetstream.APIError
	var old *nats.APIError
	code, text := 0, ""
	switch {
	case errors.As(err, &api):
		code, text = int(api.ErrorCode), api.Description
	case errors.As(err, &old):
		code, text = int(old.ErrorCode), old.Description
	default:
		return false
	}
	switch code {
	case codeNoResources, codeNoStorage:
		return true
	case codeStoreFailed:
		return strings.Contains(text, "maximum bytes") || strings.Contains(text, "maximum messages exceeded") || strings.Contains(text, "no space")
	}
	return false
}

// isThere reports whether the server refused a message because it has it already.
func isThere(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && int(api.ErrorCode) == codeStoreFailed && strings.Contains(api.Description, "per subject")
}
