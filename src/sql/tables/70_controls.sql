-- Which control of which catalogue a part of the report, or a table beside it,
-- is evidence for.
-- "verified" says that the number and what it demands were read in the source;
-- the rest is to be checked before it is relied upon.  None of this says that
-- a control is met: that takes an assessor and the whole system.
CREATE TABLE agentsandbox.controls (
    part      text NOT NULL,
    framework text NOT NULL,
    edition   text NOT NULL,
    control   text NOT NULL,
    demands   text NOT NULL,
    source    text NOT NULL,
    verified  boolean NOT NULL,
    PRIMARY KEY (part, framework, edition, control)
);
COMMENT ON TABLE agentsandbox.controls IS 'controls that a report, refusals and conversations are evidence for';
COMMENT ON COLUMN agentsandbox.controls.part IS 'what is evidence: surface, methods, labels, hazards, sign-off or drift in the report, or the tables refusals and conversations beside it';
COMMENT ON COLUMN agentsandbox.controls.framework IS 'whose control';
COMMENT ON COLUMN agentsandbox.controls.edition IS 'edition that the number is from';
COMMENT ON COLUMN agentsandbox.controls.control IS 'its number';
COMMENT ON COLUMN agentsandbox.controls.demands IS 'what it is about, in short';
COMMENT ON COLUMN agentsandbox.controls.source IS 'where the number was read';
COMMENT ON COLUMN agentsandbox.controls.verified IS 'whether number and wording were read there, for most a page about the standard; else they are from a mapping, a summary or an earlier edition';

-- DISA's STIG for PostgreSQL 9.x, with the NIST controls that its checks name
INSERT INTO agentsandbox.controls
SELECT s.part, f.framework, f.edition, f.control, s.demands, 'CrunchyData/pgstigcheck-inspec, ' || s.rule, true
FROM (VALUES
    ('conversations', 'PGS9-00-001200', 'V-72863', 'AC-10', 'limit the number of concurrent sessions'),
    ('conversations', 'PGS9-00-001400', 'V-72867', 'IA-8', 'uniquely identify non-organizational users, or processes for them'),
    ('conversations', 'PGS9-00-011500', 'V-73049', 'IA-2', 'uniquely identify organizational users, or processes for them'),
    ('surface', 'PGS9-00-000100', 'V-72841', 'CM-7 (1) (b)', 'prohibit or restrict functions, ports, protocols and services'),
    ('surface', 'PGS9-00-000900', 'V-72859', 'AC-3', 'enforce approved authorizations for logical access'),
    ('surface', 'PGS9-00-002200', 'V-72883', 'AC-3 (4)', 'enforce discretionary access control'),
    ('surface', 'PGS9-00-011700', 'V-73053', 'AC-6 (10)', 'prevent non-privileged users from executing privileged functions'),
    ('surface', 'PGS9-00-000710', 'V-72855', 'CM-5 (6)', 'limit privileges to change functions and triggers'),
    ('hazards', 'PGS9-00-003600', 'V-72905', 'AC-6 (8)', 'restrict software modules with elevated privileges'),
    ('hazards', 'PGS9-00-008900', 'V-73007', 'CM-7 a', 'remove unused database components'),
    ('methods', 'PGS9-00-001800', 'V-72871', 'SI-10', 'check the validity of data inputs'),
    ('methods', 'PGS9-00-011900', 'V-73057', 'SC-4', 'protect database contents from unintended information transfer'),
    ('labels', 'PGS9-00-001700', 'V-72869', 'AC-16 a', 'associate security labels with information in storage'),
    ('drift', 'PGS9-00-009600', 'V-73017', 'CM-5 (1)', 'enforce access restrictions on changes of the configuration'),
    ('refusals', 'PGS9-00-005700', 'V-72951', 'AU-12 c', 'generate audit records of unsuccessful accesses'),
    ('refusals', 'PGS9-00-007800', 'V-72987', 'AU-3', 'audit records establish the identity of the subject')
) AS s (part, stig, rule, nist, demands),
LATERAL (VALUES
    ('DISA STIG', 'PostgreSQL 9.x STIG', s.stig),
    ('NIST SP 800-53', 'Revision 4', s.nist)
) AS f (framework, edition, control);

INSERT INTO agentsandbox.controls (part, framework, edition, control, demands, source, verified) VALUES
    ('surface', 'NIST SP 800-53', 'Revision 5', 'AC-3', 'access enforcement', 'myctrl.tools/frameworks/nist-800-53-r5', true),
    ('methods', 'NIST SP 800-53', 'Revision 5', 'AC-4', 'information flow enforcement', 'myctrl.tools/frameworks/nist-800-53-r5', true),
    ('conversations', 'NIST SP 800-53', 'Revision 5', 'AC-2', 'account management', 'myctrl.tools/frameworks/nist-800-53-r5', true),
    ('methods', 'NIST SP 800-53', 'Revision 5', 'SC-4', 'information in shared system resources', 'a copy of the catalogue in a public repository', true),
    ('surface', 'NIST SP 800-53', 'Revision 5', 'AC-6', 'least privilege', 'number kept from Revision 4', false),
    ('surface', 'NIST SP 800-53', 'Revision 5', 'CM-7', 'least functionality', 'number kept from Revision 4', false),
    ('refusals', 'NIST SP 800-53', 'Revision 5', 'AU-12', 'audit record generation', 'number kept from Revision 4', false),
    ('surface', 'PCI DSS', '4.0.1', '7.2.5', 'application and system accounts have the least privileges they need', 'allownow.eu/blog/pci-dss', true),
    ('sign-off', 'PCI DSS', '4.0.1', '7.2.5.1', 'access by application and system accounts is reviewed, and management acknowledges it', 'withpci.com/requirements/7/7.2/7.2.5.1.html', true),
    ('surface', 'PCI DSS', '4.0.1', '7.3.3', 'access control is set to deny all by default', 'a summary of requirement 7', false),
    ('refusals', 'PCI DSS', '4.0.1', '10.2.1.4', 'audit logs capture all invalid logical access attempts', 'withpci.com/requirements/10/10.2/10.2.1.4', true),
    ('surface', 'HIPAA Security Rule', '45 CFR 164.312, 2019', '(a)(1)', 'access only for those persons and programs that were granted it', 'govinfo.gov, CFR-2019-title45-vol2-sec164-312', true),
    ('conversations', 'HIPAA Security Rule', '45 CFR 164.312, 2019', '(a)(2)(iii)', 'automatic logoff', 'govinfo.gov, CFR-2019-title45-vol2-sec164-312', true),
    ('refusals', 'HIPAA Security Rule', '45 CFR 164.312, 2019', '(b)', 'record and examine activity', 'web.interhack.com, 164.312', true),
    ('surface', 'SOC 2', 'Trust Services Criteria 2017', 'CC6.1', 'logical access security over protected information assets', 'truvocyber.com, quoting TSC section 100', true),
    ('sign-off', 'SOC 2', 'Trust Services Criteria 2017', 'CC6.3', 'access by roles, least privilege, segregation of duties; reviewed', 'ssae-16.com, quoting TSC section 100', true),
    ('methods', 'SOC 2', 'Trust Services Criteria 2017', 'CC6.7', 'transmission of information is restricted', 'cybercompliance.app, SOC 2', true),
    ('drift', 'SOC 2', 'Trust Services Criteria 2017', 'CC7.1', 'changes of the configuration are detected', 'cybercompliance.app, SOC 2', true),
    ('sign-off', 'SOC 2', 'Trust Services Criteria 2017', 'CC8.1', 'changes are authorized and approved', 'a vendor''s mapping', false),
    ('hazards', 'CIS Benchmark', 'as numbered by pgdsat, PostgreSQL version not said', '1.5', 'unused extensions are removed', 'darold.net/sample_pgdsat/report.html', true),
    ('hazards', 'CIS Benchmark', 'as numbered by pgdsat, PostgreSQL version not said', '1.3.3', 'data checksums are enabled', 'darold.net/sample_pgdsat/report.html', true);
