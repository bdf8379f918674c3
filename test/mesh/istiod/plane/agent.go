package main

import (
	"os"

	"istio.io/istio/pkg/bootstrap"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/security"
	"istio.io/istio/security/pkg/nodeagent/cache"
	"istio.io/istio/security/pkg/nodeagent/sds"
)

// writeBootstrap writes the bootstrap of a sidecar as istio-agent does: the statistics matcher in it is Istio's default.
func writeBootstrap(file, template, id, metadata string) error {
	node, err := bootstrap.GetNodeMetaData(bootstrap.MetadataOptions{
		ID:                         id,
		Envs:                       []string{bootstrap.IstioMetaJSONPrefix + "TEST=" + metadata},
		ProxyConfig:                mesh.DefaultProxyConfig(),
		WorkloadIdentitySocketFile: security.DefaultWorkloadIdentitySocketFile,
	})
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	return bootstrap.New(bootstrap.Config{Node: node}).WriteTo(template, out)
}

// serveCertificates serves files that a DestinationRule names, and the workload's own where
// there are any, the way that istio-agent does.
func serveCertificates() error {
	options := &security.Options{
		FileMountedCerts:  true,
		CertChainFilePath: security.DefaultCertChainFilePath,
		KeyFilePath:       security.DefaultKeyFilePath,
		RootCertFilePath:  security.DefaultRootCertFilePath,
	}
	secrets, err := cache.NewSecretManagerClient(nil, options)
	if err != nil {
		return err
	}
	sds.NewServer(options, secrets, nil)
	return nil
}
