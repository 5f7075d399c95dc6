/// Key pairs made for these tests with `openssl genpkey`; they open nothing.
enum TestKeys {
    static let rsa = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC4pD/48gvBSccr
        LB/hoE54n7pK9TlS0hHGqJxJeFKyUZXHoTY2yyWKE9tp3ZuW4WGC4QTVvAMs6Z7y
        IdDezyNk0TUbU3zGnrPw6h1cZhvYO7mEXIqVERKudcGbKJpZZfGm5chWtxNUA7K6
        XCDXOVkwXtLnA7RAaMVnzzs5CIadCBVs+hLUoRTkzqjxBDSPLVYWq57TlQbmSgah
        4FfzhYcoVBN3roADuarkp+sUhq/CQReMOoV8ZoZXwuGBhecJxZ+kcuyfvFIZIHkk
        TMTjs3AEvSgrpqS1f++5mqnEIRj0MIyqQe45U0TL2iWgjcrp8FZb0h0K1qN5dnFR
        iRDF+kLRAgMBAAECgf8eUaraNhQW4hABzfE1XdGX1ydhOpdoAiArftm5Nrz1SKkz
        MZsBPm1m4Ce1j+cPk6bqsOv94OsWWHXKog69MinWk6BUOzHsrdbeWaYZyHGtnlnr
        MsI5fzVissQE5cva4i5j2qzbkGPLhF4qKOOtajiZ1TErVbK+zd3CZvkjK3weq47U
        ZiOzbtCd6947G0VkJzfFPJ38DneQRpZYotNcirMyjvVBP+L3KvpvzlMuF8t8v77f
        GO/50KcMQJqaZYlYTukQkDfIGWmvrrXYwv+kEgW1gbk+eJz/nkVuSIWq+J4vhkP9
        GcXqOU0LdWbpwx18v1eWbv/TwganmvwzyngcvkECgYEA5SKLgfdZ2Jfn1Cq4z0um
        S8b/FSb9pi7t0EnWPgr2J79UMLyPB6k/ndtRIq9UTHohDltdtrUoMrh8vIGqJ1lA
        /sylK1lJKdE4NaF6ej0kJD8DPinyLpoDvjiakTgkC6REjNSGJo2WkvQLXjvof4xG
        Lu9r3h3+b9AVDghXpBm3XVkCgYEAzko+QqqnHGuakuOLjYnL9VlPgY86Lnn/fpEY
        19ZO8R/tHryQvL0pa7HJPDAg8pTiK4fA4CaUfqKPUEh7fZkapKljJycyXiPqXAf0
        KfmX41Ucxvw7wjChWHN5RxUNIVVew2uGMkLf6000fPP/kVijEqmJPZAK8VFnpA/p
        5UFpCjkCgYEAyjlixqF3OiFXCXlrAgjSC67lEdYHptNkL5/65WbnOM0zkI/Z6/kD
        nF4jjWkQDS78XZ9lZgscHyeTbwtBENlE85vJaiiy2aU85phNb/TmINc8FXEPvPFQ
        vGFYiTHzHhMsLN6kRwJPEgMwxUo6N9elWWcU3EO8exI6gtf6AWpw2oECgYAH+E5X
        fQhfzLh4HFpz6XL706uCsenpicUZOrne/OSn5DfhDB/7asOC6aeAr8tWE/J5BBGr
        l1H9YoJu853xyEyDOBgglx8XDAQt8hC43m/D1LH77hrQ8dgJ9swktud+9jFnE2xn
        3LWR/bWdbj/debMzMWGgA0So9iAu8n5y4QgR4QKBgQDEhz4qcu2fbupl1pu+fqCi
        kws9z3PRyXduphWOFFfwyo91W3aZrEiY/AUnNbx+xz6yftR8m53d4SEhYCmapSy3
        8nJpcBuBTj7czuHrIlaACSFhmywAzeEFDfN4q7kPclmvDFto8cA5ZKd5wyhGbwfp
        sJaoy1o60V071PScNZDQkA==
        -----END PRIVATE KEY-----
        """
    static let rsaPublic = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuKQ/+PILwUnHKywf4aBO
        eJ+6SvU5UtIRxqicSXhSslGVx6E2NsslihPbad2bluFhguEE1bwDLOme8iHQ3s8j
        ZNE1G1N8xp6z8OodXGYb2Du5hFyKlRESrnXBmyiaWWXxpuXIVrcTVAOyulwg1zlZ
        MF7S5wO0QGjFZ887OQiGnQgVbPoS1KEU5M6o8QQ0jy1WFque05UG5koGoeBX84WH
        KFQTd66AA7mq5KfrFIavwkEXjDqFfGaGV8LhgYXnCcWfpHLsn7xSGSB5JEzE47Nw
        BL0oK6aktX/vuZqpxCEY9DCMqkHuOVNEy9oloI3K6fBWW9IdCtajeXZxUYkQxfpC
        0QIDAQAB
        -----END PUBLIC KEY-----
        """
    static let p256 = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4OhJ7BzqxUQbrLER
        OTQgrGUaEfD8spOUK/otbLfNmDqhRANCAAQcNlb0rS9+zihZuldSJBWyAbEYYnqV
        bT1wc7q2RTzm1nwjLFdMaRnHR5Y+wU23WiQnY1/TRXTaj+nqSNCO1sX0
        -----END PRIVATE KEY-----
        """
    static let p256Public = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHDZW9K0vfs4oWbpXUiQVsgGxGGJ6
        lW09cHO6tkU85tZ8IyxXTGkZx0eWPsFNt1okJ2Nf00V02o/p6kjQjtbF9A==
        -----END PUBLIC KEY-----
        """
    static let p384 = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCv4VLA6+A6gV20giau
        BLSaj6+pQwLG5ydWWt4LzTLGa7f03tnIXWXqmWwC3NeQ7j+hZANiAAR0/SpSn0yf
        O3w0HO20oWhUrzelURQFC8n0mBHloyY1a/SV9aa7Zshp3a4S4nPYIVt707xYaw40
        Mq8Esa2YJDdBkH51hQW+tnSxj7PK5Fp+Krf4DjllfgtjPZC+GpSZXaw=
        -----END PRIVATE KEY-----
        """
    static let p384Public = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEdP0qUp9Mnzt8NBzttKFoVK83pVEUBQvJ
        9JgR5aMmNWv0lfWmu2bIad2uEuJz2CFbe9O8WGsONDKvBLGtmCQ3QZB+dYUFvrZ0
        sY+zyuRafiq3+A45ZX4LYz2QvhqUmV2s
        -----END PUBLIC KEY-----
        """
    static let p521 = """
        -----BEGIN PRIVATE KEY-----
        MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBc/s24OrN1TgtLx1g
        bUuGn9QbsaNfs5d9NYbIiMIpV6/nIzxo+7ZxsxDhwqDh57kOC3t7HKeq5u5Kd40N
        OT4yJWehgYkDgYYABABHOKPz2DgFXc6G/I1si74fcITKilq8ioL1Fk0dpmZy4p6N
        hpPnaZv1MgIZ5Dk+Hq68I+1bXSH9ecInAS0H7+iAVwBimdJm5tIzRpG5oZOcswzc
        vj+REFfowo2hxZDbkNwK0UG0gZZewHkvYcQ2CESD6bJFbNMfGp0kS8gtvkR24lNK
        dw==
        -----END PRIVATE KEY-----
        """
    static let p521Public = """
        -----BEGIN PUBLIC KEY-----
        MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQARzij89g4BV3OhvyNbIu+H3CEyopa
        vIqC9RZNHaZmcuKejYaT52mb9TICGeQ5Ph6uvCPtW10h/XnCJwEtB+/ogFcAYpnS
        ZubSM0aRuaGTnLMM3L4/kRBX6MKNocWQ25DcCtFBtIGWXsB5L2HENghEg+myRWzT
        HxqdJEvILb5EduJTSnc=
        -----END PUBLIC KEY-----
        """
    static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIIHrlV3hMZM2G77zcNciJFAPnY9FFlyg7WgQCuEQq4ax
        -----END PRIVATE KEY-----
        """
    static let ed25519Public = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAZbb5SMxyC0VIgl17SxNwdPdGfxXY7djI0OK2GZC9LRg=
        -----END PUBLIC KEY-----
        """
    static let rsa1024Public = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCegZzbik5keoPZj7pwrnMWXjyj
        fE4Is9Rn8pMgfeziCg9DtCs1KtMttFz4GwJwkcQQgV9F2rRrGhBLm+kRZY26QA4/
        mlzE7WFpQWxL6MY44tpK3PanZ2blvMDAU3xrbkELyARKiHI1GXlaRH5b7b1vH3Tw
        ORAAV1ZiGrO+Zvs4RwIDAQAB
        -----END PUBLIC KEY-----
        """
}
