package queue

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
)

// Options say where the server is and how it knows the client.
type Options struct {
	// URL is nats://HOST:PORT or tls://HOST:PORT; several are separated by commas.
	URL string
	// Name of the client, for the server's lists and for messages.
	Name string
	// Credentials is a file with a JWT and its nkey (.creds); NKey a file with the seed of
	// an nkey; Login a file with USER:PASSWORD. At most one is given.
	Credentials, NKey, Login string
	// CA is a file with the certificates of authorities to trust beside the system's;
	// Cert and Key are the client's own certificate, for servers that ask for one.
	CA, Cert, Key string
	// Plain allows a connection without TLS to another machine.
	Plain bool
	// Server is a server in this process; URL is not used then.
	Server nats.InProcessConnProvider
}

// loginLimit is the maximum size of a file with a login, in bytes.
const loginLimit = 4096

// ErrURL is wrapped by the errors about an address.
var ErrURL = errors.New("bad address of a server")

// hosts returns the hosts of the servers, and whether TLS is asked for.
func hosts(list string) (names []string, secure bool, err error) {
	for part := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.TrimSpace(part))
		if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" {
			return nil, false, fmt.Errorf("%w: want nats://HOST:PORT, tls://HOST:PORT or embedded, got %q", ErrURL, part)
		}
		if u.User != nil {
			return nil, false, fmt.Errorf("%w: it holds a name or a password, which other people on this machine can see: put them into a file, for --queue-login", ErrURL)
		}
		secure = secure || u.Scheme == "tls"
		names = append(names, u.Hostname())
	}
	return names, secure, nil
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// CheckURL finds mistakes in an address without connecting.
func CheckURL(list string) error {
	_, _, err := hosts(list)
	return err
}

// ReadLogin reads a file with USER:PASSWORD.
func ReadLogin(path string) (user, password string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("read the login: %w", err)
	}
	user, password, ok := strings.Cut(strings.TrimRight(string(data), "\r\n"), ":")
	if !ok || user == "" || password == "" || len(data) > loginLimit || strings.ContainsAny(password, "\r\n") {
		return "", "", fmt.Errorf("read the login %s: want one line, USER:PASSWORD", path)
	}
	return user, password, nil
}

// client returns the options of the NATS client for a connection.
func (o Options) client() ([]nats.Option, error) {
	list, err := o.identity()
	if err != nil {
		return nil, err
	}
	if o.Server != nil {
		return append(list, nats.InProcessServer(o.Server)), nil
	}
	names, secure, err := hosts(o.URL)
	if err != nil {
		return nil, err
	}
	for _, host := range names {
		secure = secure || !Loopback(host) && !o.Plain
	}
	if secure || o.CA != "" || o.Cert != "" {
		list = append(list, nats.Secure())
	}
	if o.CA != "" {
		list = append(list, nats.RootCAs(o.CA))
	}
	if o.Cert != "" {
		list = append(list, nats.ClientCert(o.Cert, o.Key))
	}
	return list, nil
}

// identity returns the options that say who the client is.
func (o Options) identity() ([]nats.Option, error) {
	switch {
	case o.Credentials != "":
		if _, err := os.Stat(o.Credentials); err != nil {
			return nil, fmt.Errorf("read the credentials: %w", err)
		}
		return []nats.Option{nats.UserCredentials(o.Credentials)}, nil
	case o.NKey != "":
		opt, err := nats.NkeyOptionFromSeed(o.NKey)
		if err != nil {
			return nil, fmt.Errorf("read the nkey %s: %w", o.NKey, err)
		}
		return []nats.Option{opt}, nil
	case o.Login != "":
		user, password, err := ReadLogin(o.Login)
		if err != nil {
			return nil, err
		}
		return []nats.Option{nats.UserInfo(user, password)}, nil
	}
	return nil, nil
}
