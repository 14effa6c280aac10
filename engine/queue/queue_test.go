package queue_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"deltaedit/engine"
	"deltaedit/engine/batch"
	"deltaedit/engine/queue"
	"deltaedit/engine/queue/queuetest"
	"deltaedit/engine/queue/server"
)

// task returns the task of a plan's line.
func task(t testing.TB, text string) queue.Task {
	t.Helper()
	plan, err := batch.Parse(strings.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	l := plan.Lines[0]
	l.Number, l.Path = 7, ""
	return queue.Task{Batch: queue.NewBatch(), Fit: queuetest.Fit, Line: l, Photo: strings.Repeat("ab", 32), Pixels: 1200}
}

func TestTaskRoundTrip(t *testing.T) {
	for _, text := range []string{
		`{"in":"a/b.png","source":"face","target":"old face"}`,
		`{"in":"a.png","edits":[{"source":"face","target":"old face","strength":-1.5},{"source":"a","target":"b"}],"threshold":0.25,"face":"all","out":"o.png"}`,
		`{"in":"a.png","source":"face","target":"old face","face":3,"aligned":true,"engine":"diffusion","steps":20,"threshold":0}`,
	} {
		want := task(t, text)
		got, err := queue.ParseTask(want.Marshal())
		if err != nil || !reflect.DeepEqual(got, want) || got.ID() != want.ID() {
			t.Errorf("%s: got %+v, want %+v (%v)", text, got, want, err)
		}
	}
}

// The name of a task differs whenever its picture could.
func TestTaskID(t *testing.T) {
	a := task(t, `{"in":"a.png","source":"face","target":"old face"}`)
	seen := map[string]string{a.ID(): "itself"}
	for name, change := range map[string]func(*queue.Task){
		"another prompt":  func(t *queue.Task) { t.Line.Edits = []engine.Edit{{Source: "face", Target: "young face", Strength: 1}} },
		"another photo":   func(t *queue.Task) { t.Photo = strings.Repeat("cd", 32) },
		"another program": func(t *queue.Task) { t.Fit.Program = "deltaedit 9" },
		"another pack":    func(t *queue.Task) { t.Fit.Pack.Manifest = strings.Repeat("6", 64) },
	} {
		b := a
		change(&b)
		if other, ok := seen[b.ID()]; ok {
			t.Errorf("%s has the name of %s", name, other)
		}
		seen[b.ID()] = name
	}
	b := a
	b.Batch, b.Pixels = queue.NewBatch(), 5
	if b.ID() != a.ID() {
		t.Error("the name depends on the batch")
	}
}

func FuzzParseTask(f *testing.F) {
	f.Add(task(f, `{"in":"a.png","source":"face","target":"old face"}`).Marshal())
	f.Add([]byte(`{"batch":"00112233445566778899","number":1,"in_sha256":"","line":{}}`))
	f.Add([]byte(`{"batch":"../..","number":-1}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := queue.ParseTask(data)
		if err != nil {
			if !errors.Is(err, queue.ErrTask) {
				t.Errorf("error %v", err)
			}
			return
		}
		again, err := queue.ParseTask(got.Marshal())
		if err != nil || again.ID() != got.ID() || again.Line.Out != filepath.Base(again.Line.Out) {
			t.Errorf("%+v came back as %+v, %v", got, again, err)
		}
	})
}

func FuzzParseDone(f *testing.F) {
	data, err := queue.Done{Worker: "w", Result: batch.Result{ID: "1", Status: batch.StatusOK}, Picture: []byte("\x89PNG\nx")}.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("{}\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := queue.ParseDone(data)
		if err != nil {
			return
		}
		again, err := d.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if e, err := queue.ParseDone(again); err != nil || !reflect.DeepEqual(e.Picture, d.Picture) || e.Result.ID != d.Result.ID {
			t.Errorf("%+v came back as %+v, %v", d, e, err)
		}
	})
}

// write writes a file for the test.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// certificate makes a certificate for 127.0.0.1 that signs itself, and returns its files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, data []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
	}
	return write(t, "cert.pem", block("CERTIFICATE", der)), write(t, "key.pem", block("EC PRIVATE KEY", secret))
}

// run starts a server with options of its own.
func run(t *testing.T, o *natsserver.Options) string {
	t.Helper()
	o.Host, o.Port, o.StoreDir, o.NoSigs, o.NoLog = "127.0.0.1", natsserver.RANDOM_PORT, t.TempDir(), true, true
	s, err := natsserver.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server is not ready")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s.ClientURL()
}

// Every way in which a connection fails is a sentence that says what to do, and those that
// should work do.
func TestConnectExplains(t *testing.T) {
	cert, key := certificate(t)
	other, _ := certificate(t)
	login := write(t, "login", "anna:secret\n")
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	public, err := user.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	secure, err := server.Start(server.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Cert: cert, Key: key, Login: login})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(secure.Close)
	tls := strings.Replace(secure.ClientURL(), "nats://", "tls://", 1)
	plain := run(t, &natsserver.Options{JetStream: true})
	nkey := run(t, &natsserver.Options{JetStream: true, Nkeys: []*natsserver.NkeyUser{{Nkey: public}}})
	for name, c := range map[string]struct {
		o    queue.Options
		says string // "" for a connection
	}{
		"plain":               {queue.Options{URL: plain}, ""},
		"in the process":      {queue.Options{Server: secure, Login: login}, ""},
		"tls and login":       {queue.Options{URL: tls, CA: cert, Login: login}, ""},
		"nkey":                {queue.Options{URL: nkey, NKey: write(t, "seed", string(seed))}, ""},
		"no login":            {queue.Options{URL: tls, CA: cert}, "refuses the credentials"},
		"wrong login":         {queue.Options{URL: tls, CA: cert, Login: write(t, "wrong", "anna:guess")}, "refuses the credentials"},
		"no nkey":             {queue.Options{URL: nkey}, "refuses the credentials"},
		"unknown certificate": {queue.Options{URL: tls, Login: login}, "--queue-ca"},
		"other certificate":   {queue.Options{URL: tls, CA: other, Login: login}, "--queue-ca"},
		"no tls there":        {queue.Options{URL: strings.Replace(plain, "nats://", "tls://", 1)}, "--queue-plain"},
		"no JetStream":        {queue.Options{URL: run(t, &natsserver.Options{})}, "no JetStream"},
		"nobody":              {queue.Options{URL: "nats://127.0.0.1:1"}, "no server answers"},
		"no address":          {queue.Options{URL: "127.0.0.1"}, "want nats://HOST:PORT"},
		"http":                {queue.Options{URL: "http://127.0.0.1:1"}, "want nats://HOST:PORT"},
		"password in address": {queue.Options{URL: "nats://anna:secret@127.0.0.1:1"}, "--queue-login"},
		"login that is none":  {queue.Options{URL: plain, Login: write(t, "none", "anna")}, "USER:PASSWORD"},
		"missing login":       {queue.Options{URL: plain, Login: "nowhere"}, "nowhere"},
		"missing credentials": {queue.Options{URL: plain, Credentials: "nowhere"}, "nowhere"},
		"missing nkey":        {queue.Options{URL: plain, NKey: "nowhere"}, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := queue.Connect(t.Context(), c.o)
			if err == nil {
				q.Close()
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

// A server takes others only with TLS and a login, unless it is told otherwise.
func TestServerListens(t *testing.T) {
	cert, key := certificate(t)
	login := write(t, "login", "anna:secret")
	for name, c := range map[string]struct {
		o    server.Options
		says string
	}{
		"this machine":    {server.Options{Listen: "127.0.0.1:0"}, ""},
		"all, safe":       {server.Options{Listen: "0.0.0.0:0", Cert: cert, Key: key, Login: login}, ""},
		"all, no login":   {server.Options{Listen: "0.0.0.0:0", Cert: cert, Key: key}, "--queue-login"},
		"all, no tls":     {server.Options{Listen: "0.0.0.0:0", Login: login}, "--queue-plain"},
		"no port":         {server.Options{Listen: "127.0.0.1"}, "HOST:PORT"},
		"no host":         {server.Options{Listen: ":4222"}, "HOST:PORT"},
		"bad certificate": {server.Options{Listen: "127.0.0.1:0", Cert: login, Key: key}, "certificate"},
		"bad login":       {server.Options{Listen: "127.0.0.1:0", Login: key}, "USER:PASSWORD"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Dir = t.TempDir()
			s, err := server.Start(c.o)
			if err == nil {
				s.Close()
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err := server.Start(server.Options{Dir: t.TempDir(), Listen: taken.Addr().String()}); err == nil || !strings.Contains(err.Error(), "listen for workers") {
		t.Errorf("a port that is taken: %v", err)
	}
}

// Results that were given to a batch that was killed come to its next run at once.
func TestResultsOfAKilledBatch(t *testing.T) {
	q, err := queue.Connect(t.Context(), queue.Options{URL: run(t, &natsserver.Options{JetStream: true})})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	a := task(t, `{"in":"a.png","source":"face","target":"old face"}`)
	first, err := q.StartBatch(t.Context(), a.Batch)
	if err != nil {
		t.Fatal(err)
	}
	done := queue.Done{Worker: "w", Result: batch.FailedResult(a.Line, queuetest.Pack, errors.New("x"))}
	if err := q.Return(t.Context(), a, done, nil); err != nil {
		t.Fatal(err)
	}
	// collect returns what comes first to a consumer.
	collect := func(consumer string) queue.Returned {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		results := make(chan queue.Returned)
		go func() { _ = q.Collect(ctx, consumer, results, func(error) {}) }()
		return <-results
	}
	if r := collect(first); len(r.Data) == 0 { // and it is never recorded
		t.Fatal("no result came")
	}
	second, err := q.StartBatch(t.Context(), a.Batch)
	if err != nil || second == first {
		t.Fatalf("%q after %q, %v", second, first, err)
	}
	start := time.Now()
	r := collect(second)
	if d, err := queue.ParseDone(r.Data); err != nil || d.Result.ID != a.Line.ID {
		t.Errorf("got %+v, %v", d, err)
	}
	if spent := time.Since(start); spent > 20*time.Second {
		t.Errorf("it came after %v", spent)
	}
	r.Recorded()
	if err := q.EndBatch(t.Context(), a.Fit, a.Batch); err != nil {
		t.Fatal(err)
	}
	if left, err := q.Left(t.Context()); err != nil || left != (queue.Contents{}) {
		t.Errorf("left: %+v, %v", left, err)
	}
}

// The settings of the server that the pages recommend allow what is needed, and a picture
// that is too large for a message takes the object store.
func TestRecommendedServer(t *testing.T) {
	text, err := os.ReadFile("../../assets/deploy/nats-server.conf")
	if err != nil {
		t.Fatal(err)
	}
	cert, key := certificate(t)
	t.Setenv("DELTAEDIT_PASSWORD", "secret")
	config := strings.NewReplacer("/etc/nats/server.pem", cert, "/etc/nats/server.key", key, "max_payload: 8MB", "max_payload: 300KB", "40GB", "1GB").Replace(string(text))
	o, err := natsserver.ProcessConfigFile(write(t, "nats.conf", config))
	if err != nil {
		t.Fatal(err)
	}
	url := run(t, o)
	q, err := queue.Connect(t.Context(), queue.Options{URL: url, CA: cert, Login: write(t, "login", "deltaedit:secret")})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	a := task(t, `{"in":"a.png","source":"face","target":"old face"}`)
	fail := func(err error) { t.Error(err) }
	consumer, err := q.StartBatch(ctx, a.Batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, large := range []int{10, 200_000} {
		if err := q.Give(a).Wait(ctx, nil, fail); err != nil {
			t.Fatal(err)
		}
		if err := q.Give(a).Wait(ctx, nil, fail); err != nil {
			t.Errorf("the same again: %v", err)
		}
		taker, err := q.Taker(ctx, a.Fit, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := taker.Fetch(4, time.Second, fail)
		if err != nil {
			t.Fatal(err)
		}
		taken := <-tasks
		if more, ok := <-tasks; ok || taken == nil {
			t.Fatalf("got %+v and %+v, want one task", taken, more)
		}
		if before, err := taken.Begin(ctx, "w", 3); err != nil || len(before) > 0 {
			t.Errorf("begun before by %q, %v", before, err)
		}
		picture := make([]byte, large)
		done := queue.Done{Worker: "w", Result: batch.FailedResult(a.Line, queuetest.Pack, errors.New("x")), Picture: picture}
		if err := q.Return(ctx, taken.Task, done, fail); err != nil {
			t.Fatal(err)
		}
		taken.Done()
		results := make(chan queue.Returned)
		collecting, end := context.WithCancel(ctx)
		go func() { _ = q.Collect(collecting, consumer, results, func(error) {}) }()
		r := <-results
		d, err := queue.ParseDone(r.Data)
		if err != nil || (d.Object != "") != (large > 1000) {
			t.Fatalf("%d bytes came as %+v, %v", large, d, err)
		}
		if d.Object != "" {
			if d.Picture, err = q.Get(ctx, a.Batch, d.Object, fail); err != nil {
				t.Fatal(err)
			}
		}
		if len(d.Picture) != large {
			t.Errorf("%d bytes came back of %d", len(d.Picture), large)
		}
		r.Recorded()
		end()
	}
	if err := q.EndBatch(ctx, a.Fit, a.Batch); err != nil {
		t.Fatal(err)
	}
	if left, err := q.Left(ctx); err != nil || left != (queue.Contents{}) {
		t.Errorf("left: %+v, %v", left, err)
	}
	if _, err := q.Get(ctx, a.Batch, "x", nil); !errors.Is(err, queue.ErrGone) {
		t.Errorf("of a batch that is over: %v", err)
	}
}
