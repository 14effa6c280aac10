// Package server is a NATS server with JetStream inside the process, for a batch on one
// machine, or on few, without anything installed.
package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"deltaedit/engine/queue"
)

// MaxPayload is the largest message, in bytes: most pictures fit into one.
const MaxPayload = 8 << 20

// readyWithin bounds the start; a store of many files takes a while to read.
const readyWithin = time.Minute

// Options say where the server keeps its store and whom it serves.
type Options struct {
	// Dir is the folder of the store. One server uses it at a time.
	Dir string
	// Listen is HOST:PORT for other processes; "" serves this process alone, and opens no
	// socket.
	Listen string
	// Cert and Key are files with the server's certificate and its key. They and Login are
	// required unless Listen is a loopback address or Plain is true.
	Cert, Key string
	// Login is a file with the USER:PASSWORD that other processes must give.
	Login string
	// Plain allows to listen to other machines without TLS and login.
	Plain bool
	// MaxBytes bounds the store; 0 is three quarters of the free space of the disk.
	MaxBytes int64
}

// Server is a running server.
type Server struct{ *server.Server }

// Start starts a server. It must be closed after use.
func Start(o Options) (*Server, error) {
	opts := &server.Options{
		ServerName: "deltaedit", JetStream: true, StoreDir: o.Dir, JetStreamMaxStore: o.MaxBytes,
		DontListen: true, NoSigs: true, NoLog: true, MaxPayload: MaxPayload, MaxPending: 256 << 20,
		SyncInterval: 10 * time.Second,
	}
	if o.MaxBytes == 0 {
		opts.JetStreamMaxStore = -1
	}
	if o.Listen != "" {
		if err := o.listen(opts); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the queue: %w", err)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start the queue: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(readyWithin) {
		s.Shutdown()
		return nil, fmt.Errorf("start the queue: the server is not ready after %v: is %s free, and the folder %s another server's?", readyWithin, o.Listen, o.Dir)
	}
	return &Server{s}, nil
}

// listen sets the options for other processes.
func (o Options) listen(opts *server.Options) error {
	host, port, err := net.SplitHostPort(o.Listen)
	number, err2 := strconv.ParseUint(port, 10, 16)
	if err != nil || err2 != nil || host == "" {
		return fmt.Errorf("want HOST:PORT, such as 127.0.0.1:4222, got %q", o.Listen)
	}
	if (o.Cert == "" || o.Login == "") && !queue.Loopback(host) && !o.Plain {
		return errors.New("a queue for other machines needs a certificate and a login (--queue-cert, --queue-key, --queue-login), or --queue-plain if the network is yours alone")
	}
	// Is it free? The server itself only says that it is not ready.
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listen for workers: %w", err)
	}
	if err := l.Close(); err != nil {
		return err
	}
	opts.DontListen, opts.Host, opts.Port = false, host, int(number)
	if number == 0 {
		opts.Port = server.RANDOM_PORT
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return fmt.Errorf("read the certificate: %w", err)
		}
		opts.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if o.Login != "" {
		if opts.Username, opts.Password, err = queue.ReadLogin(o.Login); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the server; what it holds stays in its store.
func (s *Server) Close() {
	s.Shutdown()
	s.WaitForShutdown()
}
