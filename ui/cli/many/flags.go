package many

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"deltaedit/engine/queue"
	"deltaedit/engine/queue/server"
)

// embedded as the value of --queue means a server in this process.
const embedded = "embedded"

// Flags are the flags that lead to a queue.
type Flags struct {
	url, listen        string
	creds, nkey, login string
	ca, cert, key      string
	plain, shared      bool
}

// register adds the flags that every command has.
func (f *Flags) register(cmd *cobra.Command, url string) {
	s := cmd.Flags()
	s.StringVar(&f.url, "queue", "", url)
	s.StringVar(&f.creds, "queue-creds", "", "file with a NATS user's JWT and nkey (.creds)")
	s.StringVar(&f.nkey, "queue-nkey", "", "file with the seed of an nkey")
	s.StringVar(&f.login, "queue-login", "", "file with USER:PASSWORD, on one line")
	s.StringVar(&f.ca, "queue-ca", "", "file with the certificate of the authority that signed the server's")
	s.StringVar(&f.cert, "queue-cert", "", "file with this program's own certificate, for servers that want one")
	s.StringVar(&f.key, "queue-key", "", "file with the key of --queue-cert")
	s.BoolVar(&f.plain, "queue-plain", false, "talk to other machines without TLS: anybody on the network between can see the photos")
}

// RegisterBatch adds the flags of the command batch.
func (f *Flags) RegisterBatch(cmd *cobra.Command) {
	f.register(cmd, "give the edits to workers through a NATS server, nats://HOST:PORT or tls://HOST:PORT; embedded starts one in this process, with a worker")
	cmd.Flags().StringVar(&f.listen, "queue-listen", "", "HOST:PORT where the embedded server takes other workers (default: none)")
	cmd.Flags().BoolVar(&f.shared, "shared-files", false, "leave the photos where they are: all workers see them under the same path")
}

// Given reports whether there is a queue at all.
func (f *Flags) Given() bool { return f.url != "" }

// Embedded reports whether the server is in this process.
func (f *Flags) Embedded() bool { return f.url == embedded }

// Check finds mistakes in the flags without opening a connection.
func (f *Flags) Check() error {
	identities := 0
	for _, file := range []string{f.creds, f.nkey, f.login} {
		if file != "" {
			identities++
		}
	}
	switch {
	case !f.Given():
		if identities > 0 || f.ca+f.cert+f.key+f.listen != "" || f.plain || f.shared {
			return errors.New("flags about a queue, but no --queue: add it, or leave them out")
		}
		return nil
	case identities > 1:
		return errors.New("want one of --queue-creds, --queue-nkey and --queue-login")
	case (f.cert == "") != (f.key == ""):
		return errors.New("--queue-cert and --queue-key belong together")
	case f.listen != "" && !f.Embedded():
		return errors.New("--queue-listen is for --queue embedded")
	case f.Embedded() && (f.creds != "" || f.nkey != ""):
		return errors.New("the embedded server knows --queue-login alone")
	case f.Embedded():
		return nil
	}
	if err := queue.CheckURL(f.url); err != nil {
		return fmt.Errorf("--queue: %w", err)
	}
	return nil
}

// options returns how a server elsewhere is reached.
func (f *Flags) options(name string) queue.Options {
	return queue.Options{
		URL: f.url, Name: name, Credentials: f.creds, NKey: f.nkey, Login: f.login,
		CA: f.ca, Cert: f.cert, Key: f.key, Plain: f.plain,
	}
}

// server returns how the embedded server is started.
func (f *Flags) server(dir string) server.Options {
	return server.Options{Dir: dir, Listen: f.listen, Cert: f.cert, Key: f.key, Login: f.login, Plain: f.plain}
}

func random() string {
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
